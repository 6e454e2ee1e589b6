import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createVault } from '#privacy/vault.ts';
import { openTestDatabase, openTestStore } from '#test/support/test-database.ts';

import type { Store } from './open.ts';
import { createShelves } from './shelves.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let store: Store;
const sealer = createVault(randomBytes(32)).sealerOf('shelves');

beforeAll(async () => {
  database = await openTestDatabase();
  store = await openTestStore(database);
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

test('what is kept is found again by its channel, its name and its key alone, and is not readable in the database', async () => {
  const shelves = createShelves(store, sealer);
  const discord = shelves('discord');
  expect(await discord.read('read')).toBeNull();
  await discord.write('read', 'room 1300000000000000001');
  await discord.write('read', 'room 1300000000000000002');
  expect(await discord.read('read')).toBe('room 1300000000000000002');
  expect(await discord.read('other')).toBeNull();
  expect(await shelves('slack').read('read')).toBeNull();
  const [row] = await store.query<{ value: string }>(`select value from setting where name = 'shelf:discord:read'`);
  expect(Buffer.from(row?.value ?? '', 'base64').toString('latin1')).not.toContain('1300000000000000002');
  const other = createShelves(store, createVault(randomBytes(32)).sealerOf('shelves'));
  expect(await other('discord').read('read')).toBeNull();
  await discord.forget('read');
  expect(await discord.read('read')).toBeNull();
});

test('what is kept has a bound', async () => {
  const shelf = createShelves(store, sealer)('discord');
  await shelf.write('read', 'x'.repeat(16_384));
  await expect(shelf.write('read', 'x'.repeat(16_385))).rejects.toThrow('at most 16384');
});

test('what is done exclusively is done by one at a time, also after a failure, and whatever else is done meanwhile', async () => {
  const shelves = [createShelves(store, sealer)('slack'), createShelves(store, sealer)('slack')];
  let running = 0;
  let most = 0;
  const work = async (): Promise<number> => {
    running += 1;
    most = Math.max(most, running);
    const count = Number((await shelves[0]!.read('count')) ?? 0);
    await shelves[1]!.write('count', String(count + 1));
    running -= 1;
    return count;
  };
  await expect(
    shelves[0]!.exclusively('count', () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  await Promise.all(Array.from({ length: 10 }, (_, number) => shelves[number % 2]!.exclusively('count', work)));
  expect(most).toBe(1);
  expect(await shelves[0]!.read('count')).toBe('10');
});

test('who died with it holds up nobody for good', async () => {
  const shelf = createShelves(store, sealer)('slack');
  await store.query(
    `insert into setting (name, value) values ('lease:slack:left', 'dead ' || extract(epoch from now() - interval '1 second'))`,
  );
  expect(await shelf.exclusively('left', async () => 'mine')).toBe('mine');
});
