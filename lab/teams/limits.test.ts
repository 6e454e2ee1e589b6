import { expect, test } from 'vitest';
import { createLimits, type CallKind } from './limits.ts';

/** How many of so many calls in one instant pass. */
const passing = (calls: number, of: (index: number) => readonly [CallKind, string]) => {
  const limits = createLimits(() => 1000);
  const waits = Array.from({ length: calls }, (_, index) => limits.waitSeconds(...of(index)));
  return { passed: waits.filter((seconds) => seconds === 0).length, refused: limits.refused() };
};

test('a conversation takes 7 sends and shows its members 14 times in a second, and the tenant takes 50 calls', () => {
  expect(passing(10, () => ['send', 'a'])).toEqual({ passed: 7, refused: 3 });
  expect(passing(20, () => ['members', 'a'])).toEqual({ passed: 14, refused: 6 });
  expect(passing(60, (index) => ['send', String(index)])).toEqual({ passed: 50, refused: 10 });
});

test('a send too many waits until the oldest of its window is over', () => {
  let now = 0;
  const limits = createLimits(() => now);
  for (let index = 0; index < 7; index += 1) limits.waitSeconds('send', 'a');
  expect(limits.waitSeconds('send', 'a')).toBe(1);
  now = 1000;
  expect(limits.waitSeconds('send', 'a')).toBe(0);
  expect(limits.waitSeconds('send', 'a')).toBe(1);
});
