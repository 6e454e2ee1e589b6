import { readFileSync } from 'node:fs';

import { inject } from 'vitest';

import { given } from '#core/given.ts';
import { openStore, type Store } from '#store/open.ts';

import { openOwnDatabase } from './own-database.ts';

/** A database of one's own on the server that DATABASE_URL names; no address where none is set (the database is embedded then). */
export interface TestDatabase extends AsyncDisposable {
  readonly url?: string;
}

export const openTestDatabase = async (): Promise<TestDatabase> => {
  const server = process.env['DATABASE_URL'];
  return server ? openOwnDatabase(server) : { [Symbol.asyncDispose]: async () => undefined };
};

const readProgram = (): Promise<WebAssembly.Module> =>
  WebAssembly.compile(readFileSync(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite'))));
/** Compiled once in each worker, it takes half of the time that a database takes to open. */
let program: Promise<WebAssembly.Module> | undefined;

/** The migrated database: a copy of the prepared one where it is embedded. */
export const openTestStore = async ({ url, silenceMs }: { url?: string; silenceMs?: number }): Promise<Store> => {
  if (!url) {
    const dump = new Blob([readFileSync(inject('preparedDatabase'))]);
    return openStore({ folder: null, connectionsMax: 1, copyOf: { dump, program: await (program ??= readProgram()) } });
  }
  const store = await openStore({ folder: null, connectionsMax: 5, url, ...given({ silenceMs }) });
  await store.migrate();
  return store;
};
