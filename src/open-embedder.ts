import { type Embedder, openEmbeddedEmbedder } from '#knowledge/embed.ts';
import { createHttpEmbedder } from '#knowledge/http-embedder.ts';
import { createReranker, type Rerank } from '#knowledge/rerank.ts';

import type { Config } from './config.ts';

type Parts = Pick<Config, 'knowledge' | 'secrets'>;

/** What turns texts into vectors: the model in the package, or one behind an address. */
export const openEmbedder = ({ knowledge, secrets }: Parts): Embedder & AsyncDisposable => {
  const { kind, languages, ...settings } = knowledge.embedder;
  if (kind === 'embedded') return openEmbeddedEmbedder();
  const embedder = createHttpEmbedder({
    ...settings,
    languages: languages.includes('all') ? 'all' : new Set(languages),
    apiKey: secrets.EMBEDDER_API_KEY,
    saysUse: kind === 'voyage',
  });
  return { ...embedder, [Symbol.asyncDispose]: async () => undefined };
};

/** Null where there is none. */
export const openReranker = ({ knowledge, secrets }: Parts): Rerank | null => {
  const { kind, url, model, waitMs } = knowledge.reranker;
  if (kind === 'none') return null;
  return createReranker({ url, model: kind === 'tei' ? null : model, apiKey: secrets.RERANKER_API_KEY, waitMs });
};
