import { randomBytes } from 'node:crypto';

import { openStore } from '#store/open.ts';

export interface OwnDatabase extends AsyncDisposable {
  readonly url: string;
}

/** An empty database of one's own on this server, dropped at the end whoever still holds it. */
export const openOwnDatabase = async (server: string): Promise<OwnDatabase> => {
  const name = `firstline_${randomBytes(6).toString('hex')}`;
  const onServer = async (statement: string): Promise<void> => {
    await using store = await openStore({ url: server, folder: null, connectionsMax: 1 });
    await store.query(statement);
  };
  await onServer(`create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, [Symbol.asyncDispose]: () => onServer(`drop database ${name} with (force)`) };
};
