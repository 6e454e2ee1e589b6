import { randomBytes } from 'node:crypto';

import { expect, test } from 'vitest';

import { createVault } from '#privacy/vault.ts';
import { openTestDatabase, openTestStore } from '#test/support/test-database.ts';

import { createBookmarks } from './bookmarks.ts';

test('a bookmark is found again by its channel and its key alone, and is not readable in the database', async () => {
  await using database = await openTestDatabase();
  await using store = await openTestStore(database);
  const bookmarks = createBookmarks(store, createVault(randomBytes(32)).sealerOf('bookmarks'));
  const discord = bookmarks('discord');
  expect(await discord.read()).toBeNull();
  await discord.write('room 1300000000000000001');
  await discord.write('room 1300000000000000002');
  expect(await discord.read()).toBe('room 1300000000000000002');
  expect(await bookmarks('slack').read()).toBeNull();
  const [row] = await store.query<{ value: string }>(`select value from setting where name = 'bookmark:discord'`);
  expect(Buffer.from(row?.value ?? '', 'base64').toString('latin1')).not.toContain('1300000000000000002');
  const other = createBookmarks(store, createVault(randomBytes(32)).sealerOf('bookmarks'));
  expect(await other('discord').read()).toBeNull();
});

test('a bookmark has a bound', async () => {
  await using database = await openTestDatabase();
  await using store = await openTestStore(database);
  const bookmark = createBookmarks(store, createVault(randomBytes(32)).sealerOf('bookmarks'))('discord');
  await bookmark.write('x'.repeat(16_384));
  await expect(bookmark.write('x'.repeat(16_385))).rejects.toThrow('at most 16384');
});
