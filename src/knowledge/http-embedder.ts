import { z } from 'zod';

import type { Embedder } from './embed.ts';

export interface HttpEmbedderSettings {
  /** Up to and without `/embeddings`, such as https://api.voyageai.com/v1 or http://localhost:11434/v1. */
  readonly url: string;
  readonly model: string;
  readonly dimensions: number;
  readonly languages: ReadonlySet<string> | 'all';
  readonly apiKey: string | undefined;
  /** Voyage is told what a text is for. */
  readonly saysUse: boolean;
  /** Asks for vectors of this length: only models that can shorten theirs take it. */
  readonly shortens: boolean;
  /** Texts of one request. */
  readonly batch: number;
  /** Milliseconds for one request; that of a question is waited for while somebody waits. */
  readonly timeoutMs: number;
  readonly questionMs: number;
}

const reply = z.object({ data: z.array(z.object({ index: z.number(), embedding: z.array(z.number()) })) });

const toUnit = (vector: readonly number[]): number[] => {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
};

/**
 * Any model behind `POST /embeddings` as OpenAI has it (platform.openai.com/docs/api-reference/embeddings): OpenAI, Voyage, Ollama,
 * Text Embeddings Inference, vLLM. Rejects where it does not answer in time, or with vectors of another length than told.
 */
export const createHttpEmbedder = (settings: HttpEmbedderSettings): Embedder => {
  const { url, model, dimensions, languages, apiKey, batch } = settings;
  const ask = async (texts: readonly string[], use: 'query' | 'document'): Promise<number[][]> => {
    const response = await fetch(`${url.replace(/\/+$/, '')}/embeddings`, {
      method: 'POST',
      signal: AbortSignal.timeout(use === 'query' ? settings.questionMs : settings.timeoutMs),
      headers: { 'content-type': 'application/json', ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}) },
      body: JSON.stringify({
        model,
        input: texts,
        ...(settings.saysUse ? { input_type: use } : {}),
        ...(settings.shortens ? { [settings.saysUse ? 'output_dimension' : 'dimensions']: dimensions } : {}),
      }),
    });
    if (!response.ok) throw new Error(`the embedder answers ${response.status}`);
    const { data } = reply.parse(await response.json());
    const vectors = data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
    const wrong = vectors.find(({ length }) => length !== dimensions);
    if (vectors.length !== texts.length || wrong)
      throw new Error(
        `the embedder gives ${wrong?.length ?? 0} numbers a text, and knowledge.embedder.dimensions says ${dimensions}`,
      );
    return vectors.map(toUnit);
  };
  return {
    name: `${model}:${dimensions}`,
    dimensions,
    languages,
    embed: async (texts, use = 'document') => {
      const vectors: number[][] = [];
      for (let at = 0; at < texts.length; at += batch) vectors.push(...(await ask(texts.slice(at, at + batch), use)));
      return vectors;
    },
  };
};
