import { expect, test } from 'vitest';

import { createBreaker } from './breaker.ts';

const open = () => {
  let now = 0;
  const states: string[] = [];
  const breaker = createBreaker(
    { failures: 3, windowMs: 1000, openMs: 500 },
    (state) => void states.push(state),
    () => now,
  );
  const fail = (times: number): void => {
    for (let index = 0; index < times; index += 1) {
      breaker.take();
      breaker.failed();
    }
  };
  return { breaker, states, fail, wait: (ms: number) => void (now += ms) };
};

test('opens after so many failures in a window, and not for the same number spread out', () => {
  const { breaker, fail, wait } = open();
  fail(2);
  wait(1001);
  fail(2);
  expect(breaker.take()).toBe(true);
  breaker.failed();
  expect(breaker.state).toBe('open');
  expect(breaker.take()).toBe(false);
});

test('one request tries whether it is well again; the others wait for what becomes of it', () => {
  const { breaker, states, fail, wait } = open();
  fail(3);
  wait(500);
  expect([breaker.take(), breaker.take()]).toEqual([true, false]);
  breaker.failed();
  expect(breaker.take()).toBe(false);
  wait(500);
  expect(breaker.take()).toBe(true);
  breaker.left();
  expect(breaker.take()).toBe(true);
  breaker.succeeded();
  expect([breaker.take(), breaker.take(), breaker.isShaky]).toEqual([true, true, false]);
  expect(states).toEqual(['open', 'trying', 'open', 'trying', 'open', 'trying', 'closed']);
});
