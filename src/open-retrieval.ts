import type { Logger } from 'pino';

import { nameOf } from '#core/errors.ts';
import type { Embedder } from '#knowledge/embed.ts';
import { createRetrieve, type RetrieveStageParts } from '#knowledge/retrieve.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';
import type { Store } from '#store/open.ts';

import type { Config } from './config.ts';
import { openReranker } from './open-embedder.ts';

export interface RetrievalParts {
  readonly config: Config;
  readonly store: Store;
  readonly embedder: Embedder | null;
  readonly logger: Logger;
}

/** How passages are found: by words, and by meaning where that can be had now. */
export const openRetrieval = ({ config, store, embedder, logger }: RetrievalParts): RetrieveStageParts => ({
  find: createRetrieve({
    repository: createKnowledgeStore(store, ''),
    embedder,
    rerank: openReranker(config),
    onRerankerError: (error) => logger.warn({ error: nameOf(error) }, 'the reranker failed; the order stays'),
    onEmbedderError: (error) => logger.warn({ error: nameOf(error) }, 'the embedder failed; words alone decide'),
  }),
  passagesMax: config.limits.passagesMax,
  audiencesOf: (channel) => config.knowledge.audiences[channel] ?? [],
});
