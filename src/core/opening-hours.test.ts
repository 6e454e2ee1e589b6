import { expect, test } from 'vitest';

import { type OpeningHours, opensAt } from './opening-hours.ts';

const berlin: OpeningHours = {
  zone: 'Europe/Berlin',
  days: { monday: '09:00-17:00', tuesday: '09:00-17:00', friday: '09:00-13:00' },
  holidays: ['2026-12-25'],
};
const opens = (now: string, hours = berlin) => opensAt(new Date(now), hours)?.toISOString() ?? null;

test.each([
  ['within the hours', '2026-11-30T08:00:00Z', null],
  ['before them', '2026-11-30T07:10:20Z', '2026-11-30T08:00:00.000Z'],
  ['after them', '2026-11-30T16:00:00Z', '2026-12-01T08:00:00.000Z'],
  ['at their very end', '2026-12-01T16:00:00Z', '2026-12-04T08:00:00.000Z'],
  ['over a weekend', '2026-12-04T12:00:00Z', '2026-12-07T08:00:00.000Z'],
  ['over a holiday', '2026-12-23T12:00:00Z', '2026-12-28T08:00:00.000Z'],
  // The clocks go forward in the night to the 28th of March 2027.
  ['over a change of the clocks', '2027-03-26T15:00:00Z', '2027-03-29T07:00:00.000Z'],
])('%s', (_, now, expected) => {
  expect(opens(now)).toBe(expected);
});

test('no hours at all are always, and a month of holidays promises nothing', () => {
  expect(opens('2026-11-28T03:00:00Z', { ...berlin, days: {} })).toBeNull();
  const holidays = Array.from({ length: 60 }, (_, index) =>
    new Date(Date.UTC(2026, 10, 20 + index)).toISOString().slice(0, 10),
  );
  expect(opens('2026-11-28T03:00:00Z', { ...berlin, holidays })).toBeNull();
});
