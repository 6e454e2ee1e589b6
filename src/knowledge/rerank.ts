import { z } from 'zod';

import type { Passage } from '#core/knowledge.ts';

/** Puts passages in the order of how well they answer; `score` becomes what the model gives them. */
export type Rerank = (question: string, passages: readonly Passage[]) => Promise<readonly Passage[]>;

export interface RerankerSettings {
  /** Up to and without `/rerank`. */
  readonly url: string;
  /** Null for Text Embeddings Inference, which runs one model and takes no name. */
  readonly model: string | null;
  readonly apiKey: string | undefined;
  /** Milliseconds that somebody waits for it. */
  readonly waitMs: number;
}

const scored = z.object({
  index: z.number().int().min(0),
  relevance_score: z.number().optional(),
  score: z.number().optional(),
});
/** A list by itself (Text Embeddings Inference), under `results` (Cohere) or under `data` (Voyage). */
const reply = z.union([
  z.array(scored),
  z.object({ results: z.array(scored) }).transform(({ results }) => results),
  z.object({ data: z.array(scored) }).transform(({ data }) => data),
]);

/** A model behind `POST /rerank`: Cohere, Voyage, or Text Embeddings Inference. Rejects where it does not answer in time. */
export const createReranker =
  ({ url, model, apiKey, waitMs }: RerankerSettings): Rerank =>
  async (question, passages) => {
    if (passages.length < 2) return passages;
    const texts = passages.map(({ title, heading, text }) => [title, heading, text].filter(Boolean).join('\n'));
    const response = await fetch(`${url.replace(/\/+$/, '')}/rerank`, {
      method: 'POST',
      signal: AbortSignal.timeout(waitMs),
      headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
      body: JSON.stringify(model === null ? { query: question, texts } : { model, query: question, documents: texts }),
    });
    if (!response.ok) throw new Error(`the reranker answers ${response.status}`);
    const found = reply.parse(await response.json());
    return found
      .map((one) => ({ index: one.index, score: one.relevance_score ?? one.score ?? 0 }))
      .toSorted((a, b) => b.score - a.score)
      .flatMap(({ index, score }) => {
        const passage = passages[index];
        return passage ? [{ ...passage, score }] : [];
      });
  };
