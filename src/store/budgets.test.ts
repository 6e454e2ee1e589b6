import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openTestDatabase, openTestStore, type TestDatabase } from '#test/support/test-database.ts';

import { blockBudget, takeBudget } from './budgets.ts';
import type { Store } from './open.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await openTestDatabase();
  store = await openTestStore(database);
});
afterAll(async () => {
  await store.close();
  await database[Symbol.asyncDispose]();
});

let scopes = 0;
/** Refills so slowly that a test sees no token come back. */
const still = (size: number) => ({ scope: `scope ${(scopes += 1)}`, size, refillPerMinute: 0.001 });

test('of many calls at once exactly as many pass as the budget holds, and the reserve is left to whole texts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 6 }), async (size, reserve) => {
      const budget = still(size);
      const take = async (kept: number, calls: number): Promise<number> => {
        const waits = await Promise.all(Array.from({ length: calls }, () => takeBudget(store, budget, kept)));
        return waits.filter((waitMs) => waitMs === 0).length;
      };
      // The first call always passes: a budget of one would otherwise be all reserve.
      const growing = await take(reserve, size + 5);
      expect(growing).toBe(Math.max(1, size - reserve));
      expect(await take(0, size + 5)).toBe(size - growing);
    }),
    { numRuns: 25 },
  );
});

test('who has to wait is told how long, by the refill and by what the platform said', async () => {
  const budget = { scope: 'told', size: 1, refillPerMinute: 60 };
  expect(await takeBudget(store, budget, 0)).toBe(0);
  const waitMs = await takeBudget(store, budget, 0);
  expect(waitMs).toBeGreaterThan(500);
  expect(waitMs).toBeLessThanOrEqual(1000);
  await blockBudget(store, budget, 30_000);
  expect(await takeBudget(store, budget, 0)).toBeGreaterThan(29_000);
  await blockBudget(store, budget, 1000);
  expect(await takeBudget(store, budget, 0), 'a shorter wait does not undo a longer one').toBeGreaterThan(28_000);
});
