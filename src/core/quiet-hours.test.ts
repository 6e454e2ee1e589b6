import { expect, test } from 'vitest';

import { quietUntil } from './quiet-hours.ts';

const night = { from: '21:00', to: '08:00', zone: 'UTC' };
const until = (now: string, zone: string, hours = night): string | null =>
  quietUntil(new Date(now), hours, zone)?.toISOString() ?? null;

test.each([
  ['2026-11-27T20:59:59Z', 'UTC', null],
  ['2026-11-27T21:00:00Z', 'UTC', '2026-11-28T08:00:00.000Z'],
  ['2026-11-28T07:59:30Z', 'UTC', '2026-11-28T08:00:00.000Z'],
  ['2026-11-28T08:00:00Z', 'UTC', null],
  ['2026-11-27T20:30:00Z', 'Europe/Berlin', '2026-11-28T07:00:00.000Z'],
  ['2026-11-27T12:30:00Z', 'America/New_York', '2026-11-27T13:00:00.000Z'],
  ['2026-11-27T18:00:00Z', 'Asia/Kolkata', '2026-11-28T02:30:00.000Z'],
  // The night in which the clocks are put back, and the one in which they are put forward: an hour longer than it need be.
  ['2026-10-24T22:00:00Z', 'Europe/Berlin', '2026-10-25T07:00:00.000Z'],
  ['2026-03-28T22:00:00Z', 'Europe/Berlin', '2026-03-29T07:00:00.000Z'],
])('at %s in %s it is quiet until %s', (now, zone, expected) => {
  expect(until(now, zone)).toBe(expected);
});

test('hours within one day, and none at all', () => {
  const noon = { ...night, from: '12:00', to: '14:00' };
  expect(until('2026-11-27T13:00:00Z', 'UTC', noon)).toBe('2026-11-27T14:00:00.000Z');
  expect(until('2026-11-27T14:00:00Z', 'UTC', noon)).toBeNull();
  expect(until('2026-11-27T02:00:00Z', 'UTC', { ...night, from: '00:00', to: '00:00' })).toBeNull();
});
