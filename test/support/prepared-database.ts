import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TestProject } from 'vitest/node';

import { openLanes } from '#store/lanes.ts';
import { openStore } from '#store/open.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** File with the dump of a migrated, empty database: each story begins with a copy of it. */
    readonly preparedDatabase: string;
  }
}

/** Migrates the embedded database once for all stories. */
export const setup = async (project: TestProject): Promise<() => void> => {
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  const path = join(folder, 'prepared.tar');
  await using store = await openStore({ folder: null, connectionsMax: 1 });
  await store.migrate();
  const lanes = await openLanes(store, { slots: 1, heartbeatSeconds: 10 }, () => undefined);
  await lanes.stop(1000);
  // Nobody connects to these, and every copy would carry them along.
  await store.query(`update pg_database set datistemplate = false`);
  for (const name of ['template0', 'template1']) await store.query(`drop database ${name}`);
  await store.query('checkpoint');
  const dump = await store.embedded?.dumpDataDir('none');
  writeFileSync(path, Buffer.from((await dump?.arrayBuffer()) ?? new ArrayBuffer(0)));
  project.provide('preparedDatabase', path);
  return () => rmSync(folder, { recursive: true, force: true });
};
