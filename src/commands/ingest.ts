import { findDocuments } from '#knowledge/find-documents.ts';
import type { IngestProgress } from '#knowledge/ingest.ts';

import type { Config } from '../config.ts';
import { openEmbedder } from '../open-embedder.ts';
import { openDatabase } from './database.ts';
import { ingestFolders } from './ingest-folders.ts';
import { createProgress } from './progress.ts';
import { readSources } from './read-sources.ts';

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
  const progress = createProgress('files', process.stderr);
  const write = (line: string): void => {
    progress.end();
    console.error(line);
  };
  const show = ({ done, total }: IngestProgress): void => progress.show(done, total);
  const known = new Set(config.knowledge.sources.map(({ name }) => name));
  const sources = names.filter((name) => known.has(name));
  const folders = names.filter((name) => !known.has(name));
  const problems: string[] = [];
  for (const folder of folders)
    if (!(await isFolder(folder))) problems.push(`${folder} is no folder, and no source in knowledge.sources`);
  for (const problem of problems) write(problem);
  const parts = { store, embedder, files: config.knowledge.files, write, onProgress: show };
  const readable =
    names.length > 0
      ? folders.filter((folder) => !problems.some((one) => one.startsWith(`${folder} is`)))
      : config.knowledge.folders;
  problems.push(...(await ingestFolders({ ...parts, folders: readable })));
  if (names.length === 0 || sources.length > 0) problems.push(...(await readSources({ ...parts, config }, sources)));
  write(problems.length === 0 ? 'Everything could be read.' : `${problems.length} could not be read, as told above.`);
  return problems.length === 0;
};
