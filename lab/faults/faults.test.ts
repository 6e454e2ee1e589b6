import { expect, test } from 'vitest';
import { createFaults } from './faults.ts';
import { readFaultScript, type FaultScript } from './script.ts';

const strikesOf = (script: FaultScript, calls: number, name = 'chat.postMessage') => {
  const faults = createFaults('slack', () => 0);
  faults.set(script);
  return Array.from({ length: calls }, () => (faults.pick('call', name) ? 'x' : '.')).join('');
};

test('a rule lets the first calls pass, strikes so many times, and then no more', () => {
  const rule = { server: 'slack', method: 'chat.*', fault: 'cut', after: 2, times: 3 } as const;
  expect(strikesOf([rule], 8)).toBe('..xxx...');
  expect(strikesOf([rule], 3, 'users.info')).toBe('...');
});

test('the same seed strikes the same calls, another seed others, and about as often as asked', () => {
  const script = (seed: number) => ({ seed, rules: [{ server: '*', fault: 'cut', probability: 0.3 } as const] });
  expect(strikesOf(script(7), 200)).toBe(strikesOf(script(7), 200));
  expect(strikesOf(script(7), 200)).not.toBe(strikesOf(script(8), 200));
  const hits = strikesOf(script(7), 1000).split('x').length - 1;
  expect(hits).toBeGreaterThan(250);
  expect(hits).toBeLessThan(350);
});

test('calls to one method do not shift the chances of another', () => {
  const script: FaultScript = [
    { server: 'slack', method: 'chat.update', fault: 'cut', probability: 0.5 },
    { server: 'slack', method: 'chat.postMessage', fault: 'cut', probability: 0.5 },
  ];
  const faults = createFaults('slack');
  faults.set(script);
  const posts = Array.from({ length: 50 }, () => {
    faults.pick('call', 'chat.update');
    return faults.pick('call', 'chat.postMessage') ? 'x' : '.';
  });
  expect(posts.join('')).toBe(strikesOf(script, 50));
});

test('a rule strikes only within its time, which begins when the script is switched on', () => {
  let now = 5000;
  const faults = createFaults('twilio', () => now);
  faults.set([{ server: 'twilio', fault: 'delay', ms: 10, fromMs: 100, untilMs: 200 }]);
  const at = (ms: number) => {
    now = 5000 + ms;
    return faults.pick('delivery', 'events') !== null;
  };
  expect([at(0), at(99), at(100), at(199), at(200)]).toEqual([false, false, true, true, false]);
  expect(faults.fired()).toEqual({ '** delay': 2 });
});

test.each([
  ['*', 'POST /channels/1/messages', true],
  ['**', 'POST /channels/1/messages', true],
  ['POST /channels/*/messages', 'POST /channels/1/messages', true],
  ['POST channels/*/messages', 'POST /channels/1/messages', true],
  ['POST /channels/*', 'POST /channels/1/messages', false],
  ['POST /channels/**', 'POST /channels/1/messages', true],
  ['PATCH /channels/*/messages', 'POST /channels/1/messages', false],
])('%s against %s is %s', (method, name, matches) => {
  const faults = createFaults('discord');
  faults.set([{ server: 'discord', method, fault: 'cut' }]);
  expect(faults.pick('call', name) !== null).toBe(matches);
});

test('a script is read from YAML and from JSON, as a list or with its seed', () => {
  const yaml = '- server: slack\n  method: chat.postMessage\n  fault: rate_limit\n  retryAfterSeconds: 3\n';
  const [rule] = readFaultScript(yaml).rules;
  expect(rule).toMatchObject({ fault: 'rate_limit', retryAfterSeconds: 3, probability: 1, after: 0 });
  expect(readFaultScript('{"seed": 4, "rules": [{"server": "discord", "fault": "drop"}]}').seed).toBe(4);
});

test.each([
  ['- {server: slack, fault: explode}', 'rules.0.fault'],
  ['- {server: slack, fault: redeliver_new_id}', 'rules.0: slack has no fault redeliver_new_id'],
  ['- {server: irc, fault: cut}', 'rules.0.server'],
  ['- {server: slack, fault: cut, probabilty: 1}', 'probabilty'],
  ['- {server: slack, fault: delay}', 'rules.0.ms'],
  ['[', 'neither YAML nor JSON'],
  ['', 'fault script is wrong'],
])('the script %s is refused and says why', (text, reason) => {
  expect(() => readFaultScript(text)).toThrow(reason);
});
