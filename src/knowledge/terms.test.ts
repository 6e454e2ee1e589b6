import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { documentVector, inverseFrequency, queryVector, termDimension, terms, type SparseVector } from './terms.ts';

const dot = (a: SparseVector, b: SparseVector) =>
  [...a.weights].reduce((sum, [dimension, weight]) => sum + weight * (b.weights.get(dimension) ?? 0), 0);

describe('terms', () => {
  test.each([
    ['refunds', 'refunded', 'refunding', 'Refund'],
    ['shipping', 'shipped', 'ships'],
    ['cancelled', 'canceled', 'cancel', 'cancellation'],
    ['policies', 'policy'],
    ['activate', 'activated', 'activation', 'activating'],
    ['verify', 'verified', 'verification'],
    ['charges', 'charged', 'charge'],
    ['customer’s', "customers'", 'customer'],
    ['1,500', '1500'],
    ['ｒｅｆｕｎｄ', 'refund'],
  ])('%s and its forms are one term', (...forms) => {
    expect(new Set(forms.flatMap(terms)).size).toBe(1);
  });

  test.each([
    ['access', 'accessory'],
    ['bus', 'busy'],
    ['billing', 'bilingual'],
    ['news', 'new item'],
    ['fees', 'feed'],
  ])('%s is not %s', (one, other) => {
    expect(terms(one)).not.toEqual(terms(other));
  });

  test('words that say nothing are left out', () => {
    expect(terms('How do I get my money back?')).toEqual(['money', 'back']);
  });

  test('languages without spaces are divided into words', () => {
    expect(terms('送料はいくらですか')).toContain('送料');
    expect(terms('การคืนสินค้า').length).toBeGreaterThan(1);
  });

  test('identifiers are found by their parts', () => {
    expect(terms('ERR_CODE-1042')).toEqual(expect.arrayContaining(['err', '1042']));
  });
});

describe('vectors', () => {
  test('their inner product is BM25', () => {
    const passage = terms('refund refund card');
    const query = queryVector(terms('refund'), new Map([['refund', 3]]), 10);
    const idf = Math.log(1 + (10 - 3 + 0.5) / 3.5);
    expect(dot(documentVector(passage, 6), query)).toBeCloseTo(
      (idf * (2 * 2.2)) / (2 + 1.2 * (0.25 + (0.75 * 3) / 6)),
      6,
    );
  });

  test('a term that says more ranks its passage higher, and repetition saturates', () => {
    const rare = inverseFrequency(1, 100);
    expect(rare).toBeGreaterThan(inverseFrequency(50, 100));
    const weight = (count: number) => [...documentVector(Array<string>(count).fill('a'), count).weights.values()][0]!;
    expect(weight(2) - weight(1)).toBeGreaterThan(weight(9) - weight(8));
  });

  test('terms nobody wrote are not in the query', () => {
    expect(queryVector(['a', 'b'], new Map([['a', 1]]), 3).weights.size).toBe(1);
    expect(queryVector([], new Map(), 0).toSparsevec()).toBe('{}/1000000000');
  });

  test('the text form is what pgvector reads: ascending dimensions from 1', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const [, body] = /^\{(.*)\}\/1000000000$/.exec(documentVector(words, 10).toSparsevec())!;
        const dimensions = body === '' ? [] : body!.split(',').map((entry) => Number(entry.split(':')[0]));
        expect(dimensions).toEqual([...new Set(dimensions)].toSorted((a, b) => a - b));
        for (const dimension of dimensions) expect(dimension > 0 && dimension <= 1e9).toBe(true);
      }),
    );
  });

  test('a dimension is FNV-1a of the term', () => {
    expect(termDimension('a')).toBe((0xe40c292c % 999_999_937) + 1);
  });
});
