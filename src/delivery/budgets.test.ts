import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Budget, Channel, ThreadKey } from '#core/channel.ts';
import type { Store } from '#store/open.ts';
import { openTestDatabase, openTestStore, type TestDatabase } from '#test/support/test-database.ts';

import { createBudgets } from './budgets.ts';

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

const thread = '{}' as ThreadKey;
const counting = (name: string, budget: Budget) => ({ name, budget: () => budget }) as unknown as Channel;

test('calls stop where the longer time is used up, however much the shorter one would take', async () => {
  const budgets = createBudgets({ store, index: (scope) => scope, reserveShare: 0.5 });
  const longer = { scope: 'an hour', size: 4, refillPerMinute: 0.5 };
  const channel = counting('one', { scope: 'a moment', size: 100, refillPerMinute: 100, longer });
  const waits = async (use: 'growth' | 'final', calls: number): Promise<number[]> => {
    const told: number[] = [];
    for (let call = 1; call <= calls; call += 1) told.push(await budgets.take(channel, thread, 'edit', use));
    return told;
  };
  // Growing words leave their share of both.
  const growing = await waits('growth', 3);
  expect(growing.slice(0, 2)).toEqual([0, 0]);
  expect(growing[2]).toBeGreaterThan(60_000);
  const whole = await waits('final', 3);
  expect(whole.slice(0, 2)).toEqual([0, 0]);
  expect(whole[2]).toBeGreaterThan(60_000);
  const other = counting('other', { scope: 'a moment', size: 100, refillPerMinute: 100, longer });
  expect(await budgets.take(other, thread, 'edit', 'growth')).toBe(0);
});
