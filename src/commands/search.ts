import { createRetrieve } from '#knowledge/retrieve.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';

import type { Config } from '../config.ts';
import { openEmbedder } from '../open-embedder.ts';
import { openDatabase } from './database.ts';
import { answerLines } from './json-lines.ts';

/** Lines of {"id","query"} in, lines of {"id","passages"} out. */
export const search = async (config: Config, { limit, dense }: { limit: number; dense: boolean }): Promise<void> => {
  await using store = await openDatabase(config);
  if (store.kind === 'embedded') await store.migrate();
  await store.checkSchema();
  await using embedder = dense ? openEmbedder(config) : null;
  const find = createRetrieve({ repository: createKnowledgeStore(store, ''), embedder });
  await answerLines(async ({ id, query }) => {
    if (typeof query !== 'string') return { id, error: 'A line needs "query", a text.' };
    const passages = await find(query, { limit });
    return {
      id,
      passages: passages.map((one) => ({ document: one.document, passage: one.id, score: one.score, text: one.text })),
    };
  });
};
