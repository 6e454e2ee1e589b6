import { createHash } from 'node:crypto';

import type { Embedder } from './embed.ts';
import { mayBeIn } from './language.ts';

/** Questions whose vectors are kept: 2 KB each, in memory, and no words of them. */
const keptMax = 1000;

export interface RememberingEmbedder extends Embedder {
  /** Begins with a question that is going to be asked for. */
  foresee(question: string): void;
}

const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What people ask repeats, and it can be begun with while their conversation is read: each question is computed once. */
export const rememberQuestions = (embedder: Embedder): RememberingEmbedder => {
  /** Oldest first. */
  const kept = new Map<string, Promise<number[][]>>();

  const one = (text: string): Promise<number[][]> => {
    const key = keyOf(text);
    const found = kept.get(key) ?? embedder.embed([text], 'query');
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > keptMax && oldest !== undefined) kept.delete(oldest);
    // A failure is no answer, and neither is that there is nothing to compare with yet.
    const forget = (): void => void (kept.get(key) === found && kept.delete(key));
    found.then(([vector]) => vector ?? forget(), forget);
    return found;
  };

  return {
    ...embedder,
    embed: (texts, use) => {
      const [text, ...more] = texts;
      return text !== undefined && more.length === 0 && use !== 'document' ? one(text) : embedder.embed(texts, use);
    },
    foresee: (question) => {
      if (mayBeIn(embedder.languages, question)) void one(question).catch(() => undefined);
    },
  };
};
