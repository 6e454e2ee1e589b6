import { createKnowledgeStore } from '#store/knowledge.ts';
import { findSources, listVersions, rollBack } from '#store/knowledge-versions.ts';
import type { Store } from '#store/open.ts';

import type { Config } from '../config.ts';
import { toColumns } from './columns.ts';
import { openDatabase } from './database.ts';

type Write = (line: string) => void;

/** Lists what can answer, by source, the newest version first. */
export const printVersions = async (store: Store, write: Write): Promise<void> => {
  const versions = await listVersions(store);
  if (versions.length === 0) return write('Nothing has been read yet. Read something with: firstline ingest <folder>');
  write(
    toColumns([
      ['source', 'version', '', 'since', 'changed', 'removed'],
      ...versions.map((one) => [
        one.source,
        String(one.version),
        one.isLive ? 'answers' : '',
        one.publishedAt.toISOString().slice(0, 16).replace('T', ' '),
        String(one.changed),
        String(one.removed),
      ]),
    ]),
  );
};

/** Lets the version before answer again. Resolves with whether there was one. */
export const goBack = async (store: Store, source: string, write: Write): Promise<boolean> => {
  const version = await rollBack(store, source);
  write(
    version === null
      ? `There is no earlier version of ${source} to go back to. The list: firstline knowledge versions`
      : `Version ${version} of ${source} answers again.`,
  );
  return version !== null;
};

/** Takes a document out of all answers at once, whatever its source still says, until it is read again. Resolves with whether it was there. */
export const takeOut = async (store: Store, document: string, write: Write): Promise<boolean> => {
  const sources = await findSources(store, document);
  for (const { organization, source } of sources) {
    const knowledge = createKnowledgeStore(store, source, organization);
    await knowledge.removeDocument(document);
    await knowledge.publish();
  }
  write(sources.length === 0 ? `There is no document ${document}.` : `${document} answers nobody any more.`);
  return sources.length > 0;
};

/** Opens the database for one of these. Resolves with whether it could be done. */
export const onKnowledge = async (
  config: Config,
  work: (store: Store, write: Write) => Promise<boolean | void>,
): Promise<boolean> => {
  await using store = await openDatabase(config);
  await store.checkSchema();
  return (await work(store, console.log)) !== false;
};
