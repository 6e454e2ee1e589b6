import { expect, test } from 'vitest';
import { createMarks } from './marks.ts';

/** At 2025-02-10: after the first session of these tests. */
const id = (count: number): string => String(1_300_000_000_000_000_000n + BigInt(count));
const opened = () => {
  const marks = createMarks();
  marks.begin(new Date('2025-01-01'));
  return marks;
};
const read = (room: number, message: number, isOurs = true) => ({
  room: id(room),
  guild: id(0),
  id: id(message),
  isOurs,
});

test('the rooms heard last are kept, and fit the bookmark', () => {
  const marks = opened();
  for (let count = 1; count <= 300; count += 1) marks.note(read(count, 1000 + count));
  expect(marks.rooms.size).toBe(200);
  expect(marks.rooms.has(id(100))).toBe(false);
  expect(String(marks).length).toBeLessThan(16_384);
  const other = createMarks();
  other.merge(String(marks));
  expect(other.rooms).toEqual(marks.rooms);
});

test('a gap holds its room and what is newest until it is closed', () => {
  const marks = opened();
  marks.note(read(1, 10));
  const from = marks.unreadFrom();
  marks.open(id(1), { guild: id(0), last: id(99) });
  marks.note(read(1, 20));
  marks.note(read(2, 21));
  expect(marks.gaps.get(id(1))?.last).toBe(id(10));
  expect(marks.rooms.get(id(1))?.last).toBe(id(10));
  expect(marks.unreadFrom()).toBe(from);
  marks.fill(read(1, 15));
  marks.close(id(1));
  marks.note(read(1, 30));
  expect(marks.rooms.get(id(1))?.last).toBe(id(30));
});

test('what another process has read is taken over, except a room that was forgotten', () => {
  const marks = opened();
  const other = opened();
  for (const room of [1, 2]) marks.note(read(room, 10));
  for (const room of [1, 2, 3]) other.note(read(room, 20));
  marks.forget(id(2));
  marks.merge(String(other));
  expect([...marks.rooms].map(([room, { last }]) => [room, last])).toEqual([
    [id(1), id(20)],
    [id(3), id(20)],
  ]);
});

test('people who only talk among themselves are not remembered', () => {
  const marks = opened();
  marks.note(read(1, 10, false));
  expect(marks.rooms.size).toBe(0);
  expect(BigInt(marks.unreadFrom() ?? 0)).toBeGreaterThan(BigInt(id(-1)) - (60_000n << 22n));
});

test.each([null, '', 'x', '{"newest":1}', '{"since":"1","newest":"x","rooms":[]}'])(
  'a bookmark of %j is none',
  (text) => {
    const marks = createMarks();
    marks.merge(text);
    expect(marks.unreadFrom()).toBeNull();
  },
);

test('nothing from before the first session of all is looked for', () => {
  const marks = createMarks();
  expect(marks.unreadFrom()).toBeNull();
  marks.begin(new Date(1_700_000_000_000));
  const first = marks.unreadFrom();
  marks.begin(new Date(1_800_000_000_000));
  const next = createMarks();
  next.merge(String(marks));
  next.begin(new Date(1_900_000_000_000));
  expect([marks.unreadFrom(), next.unreadFrom()]).toEqual([first, first]);
});
