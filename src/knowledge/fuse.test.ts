import { expect, test } from 'vitest';
import { fuse } from './fuse.ts';

const ids = (rankings: Parameters<typeof fuse<string>>[0]) => fuse(rankings, (item) => item).map(({ item }) => item);

test('what both rankings hold comes before what one holds', () => {
  expect(
    ids([
      { items: ['a', 'b'], weight: 2 },
      { items: ['b', 'c'], weight: 1 },
    ]),
  ).toEqual(['b', 'a', 'c']);
});

test('the heavier ranking wins a tie', () => {
  expect(
    ids([
      { items: ['dense'], weight: 1 },
      { items: ['lexical'], weight: 2 },
    ]),
  ).toEqual(['lexical', 'dense']);
});

test('first everywhere scores 1, and a repeated item counts once', () => {
  const fused = fuse(
    [
      { items: ['a', 'a', 'b'], weight: 2 },
      { items: ['a'], weight: 1 },
    ],
    (item) => item,
  );
  expect(fused[0]).toEqual({ item: 'a', score: 1 });
  expect(fused[1]!.score).toBeCloseTo(2 / 62 / (3 / 61));
});

test('no rankings give nothing', () => {
  expect(fuse([], String)).toEqual([]);
});
