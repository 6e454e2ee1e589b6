import { Worker } from 'node:worker_threads';

/** Turns texts into vectors in which what is near means alike. */
export interface Embedder {
  /** Names the model and its version: vectors of different names cannot be compared. */
  readonly name: string;
  readonly dimensions: number;
  /** ISO 639-1 codes of the languages it understands; `all` when it is multilingual. */
  readonly languages: ReadonlySet<string> | 'all';
  /**
   * One vector of length 1 for each text, in their order; none while there is nothing to compare with. `use` tells a question from
   * what may answer one, for models that care. Rejects when the model cannot answer.
   */
  embed(texts: readonly string[], use?: 'query' | 'document'): Promise<number[][]>;
}

export interface EmbeddedEmbedder extends Embedder, AsyncDisposable {
  /** Ends the worker; waiting calls are rejected. */
  close(): Promise<void>;
}

export type EmbedRequest = readonly string[];

export type EmbedReply = { readonly vectors: number[][] } | { readonly problem: string };

interface Wanted {
  readonly text: string;
  resolve(vector: number[]): void;
  reject(error: Error): void;
}

/** So that a question asked during an ingest waits for one batch, about half a second, and not for a whole document. */
const batchSize = 6;

/**
 * The Universal Sentence Encoder Lite from the installed package: English, 512 dimensions, nothing leaves the process.
 * It runs in a thread of its own because a passage takes about 50 ms of computation. What is asked while it computes is computed
 * together afterwards: half of the time that a question takes is the same for six.
 */
export function openEmbeddedEmbedder(): EmbeddedEmbedder {
  const worker = new Worker(new URL('./embed-worker.ts', import.meta.url));
  let waiting: Wanted[] = [];
  let running: readonly Wanted[] = [];
  let ended: Error | undefined;

  const end = (error: Error) => {
    ended ??= error;
    for (const { reject } of [...running, ...waiting]) reject(ended);
    waiting = [];
  };
  const next = (): void => {
    running = waiting.splice(0, batchSize);
    // An idle embedder does not keep the process alive.
    if (running.length === 0) return worker.unref();
    worker.ref();
    worker.postMessage(running.map(({ text }) => text) satisfies EmbedRequest);
  };
  worker.on('message', (reply: EmbedReply) => {
    const done = running;
    next();
    for (const [index, { resolve, reject }] of done.entries()) {
      const vector = 'vectors' in reply ? reply.vectors[index] : undefined;
      if (vector) resolve(vector);
      else reject(new Error(`the embedded model failed: ${'problem' in reply ? reply.problem : 'no vector'}`));
    }
  });
  worker.on('error', (cause) => end(new Error('the embedding thread failed', { cause })));
  worker.on('exit', () => end(new Error('the embedding thread has ended')));
  worker.unref();

  const embedBatch = (texts: readonly string[]): Promise<number[][]> => {
    if (ended) return Promise.reject(ended);
    const vectors = texts.map(
      (text) => new Promise<number[]>((resolve, reject) => waiting.push({ text, resolve, reject })),
    );
    if (running.length === 0) next();
    return Promise.all(vectors);
  };

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
