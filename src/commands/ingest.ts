import { openEmbeddedEmbedder } from '#knowledge/embed.ts';

import type { Config } from '../config.ts';
import { openDatabase } from './database.ts';
import { ingestFolders } from './ingest-folders.ts';

/** Resolves with whether everything could be read. */
export const ingest = async (config: Config, folders: readonly string[], dense: boolean): Promise<boolean> => {
  await using store = await openDatabase(config);
  await store.migrate();
  await using embedder = dense ? openEmbeddedEmbedder() : null;
  const problems = await ingestFolders({
    store,
    embedder,
    folders: folders.length > 0 ? folders : config.knowledge.folders,
    write: (line) => console.error(line),
  });
  return problems.length === 0;
};
