import { findDocuments } from '#knowledge/find-documents.ts';

import type { Config } from '../config.ts';
import { openEmbedder } from '../open-embedder.ts';
import { openDatabase } from './database.ts';
import { ingestFolders } from './ingest-folders.ts';
import { readSources } from './read-sources.ts';

/** A line that counts what was read, on a terminal; nothing elsewhere. */
const createCount = (isShown: boolean) => {
  let count = 0;
  const clear = (): void => {
    if (isShown && count > 0) process.stderr.write('\r\u001B[K');
  };
  return {
    advance: (): void => {
      count += 1;
      if (isShown) process.stderr.write(`\r${count} documents looked at …`);
    },
    write: (line: string): void => {
      clear();
      console.error(line);
    },
  };
};

const isFolder = async (path: string): Promise<boolean> => {
  const first = findDocuments(path);
  return first.next().then(
    async () => {
      await first.return(undefined);
      return true;
    },
    () => false,
  );
};

/** Reads these folders and sources, or all that are configured. Resolves with whether everything could be read. */
export const ingest = async (config: Config, names: readonly string[], dense: boolean): Promise<boolean> => {
  await using store = await openDatabase(config);
  await store.migrate();
  await using embedder = dense ? openEmbedder(config) : null;
  const { advance, write } = createCount(process.stderr.isTTY);
  const known = new Set(config.knowledge.sources.map(({ name }) => name));
  const sources = names.filter((name) => known.has(name));
  const folders = names.filter((name) => !known.has(name));
  const problems: string[] = [];
  for (const folder of folders)
    if (!(await isFolder(folder))) problems.push(`${folder} is no folder, and no source in knowledge.sources`);
  for (const problem of problems) write(problem);
  const parts = { store, embedder, files: config.knowledge.files, write, onDocument: advance };
  const readable =
    names.length > 0
      ? folders.filter((folder) => !problems.some((one) => one.startsWith(`${folder} is`)))
      : config.knowledge.folders;
  problems.push(...(await ingestFolders({ ...parts, folders: readable })));
  if (names.length === 0 || sources.length > 0) problems.push(...(await readSources({ ...parts, config }, sources)));
  write(problems.length === 0 ? 'Everything could be read.' : `${problems.length} could not be read, as told above.`);
  return problems.length === 0;
};
