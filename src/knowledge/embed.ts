import { Worker } from 'node:worker_threads';

/** Turns texts into vectors in which what is near means alike. */
export interface Embedder {
  /** Names the model and its version: vectors of different names cannot be compared. */
  readonly name: string;
  readonly dimensions: number;
  /** ISO 639-1 codes of the languages it understands; `all` when it is multilingual. */
  readonly languages: ReadonlySet<string> | 'all';
  /** One vector of length 1 for each text, in their order; none while there is nothing to compare with. Rejects when the model cannot answer. */
  embed(texts: readonly string[]): Promise<number[][]>;
}

export interface EmbeddedEmbedder extends Embedder, AsyncDisposable {
  /** Ends the worker; waiting calls are rejected. */
  close(): Promise<void>;
}

export interface EmbedRequest {
  readonly id: number;
  readonly texts: readonly string[];
}

export type EmbedReply =
  | { readonly id: number; readonly vectors: number[][] }
  | { readonly id: number; readonly problem: string };

interface Waiting {
  resolve(vectors: number[][]): void;
  reject(error: Error): void;
}

/** So that a question asked during an ingest waits for one batch, about half a second, and not for a whole document. */
const batchSize = 6;

/**
 * The Universal Sentence Encoder Lite from the installed package: English, 512 dimensions, nothing leaves the process.
 * It runs in a thread of its own because a passage takes about 50 ms of computation.
 */
export function openEmbeddedEmbedder(): EmbeddedEmbedder {
  const worker = new Worker(new URL('./embed-worker.ts', import.meta.url));
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let ended: Error | undefined;

  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', (reply: EmbedReply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('vectors' in reply) call?.resolve(reply.vectors);
    else call?.reject(new Error(`the embedded model failed: ${reply.problem}`));
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (cause) => end(new Error('the embedding thread failed', { cause })));
  worker.on('exit', () => end(new Error('the embedding thread has ended')));
  // An idle embedder does not keep the process alive.
  worker.unref();

  const embedBatch = (texts: readonly string[]) =>
    new Promise<number[][]>((resolve, reject) => {
      if (ended) return reject(ended);
      const request: EmbedRequest = { id: (lastId += 1), texts };
      waiting.set(request.id, { resolve, reject });
      worker.ref();
      worker.postMessage(request);
    });

  const close = async () => {
    end(new Error('the embedder is closed'));
    await worker.terminate();
  };
  return {
    name: 'use-lite-1',
    dimensions: 512,
    languages: new Set(['en']),
    async embed(texts) {
      const vectors: number[][] = [];
      for (let at = 0; at < texts.length; at += batchSize) {
        vectors.push(...(await embedBatch(texts.slice(at, at + batchSize))));
      }
      return vectors;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
