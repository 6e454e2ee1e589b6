import { Worker } from 'node:worker_threads';

import type { FileLimits } from './config.ts';

/** What a worker is given. */
export interface FileToRead {
  readonly bytes: Uint8Array;
  readonly limits: FileLimits;
}

/** The text of a file, or why it is not read. */
export type Reading = { readonly text: string } | { readonly problem: string };

/** In a thread of its own, which a file that was made to hang or to swell can take down without anybody else. Null where it cannot be read. */
export const readInThread = (worker: URL, bytes: Uint8Array, limits: FileLimits): Promise<Reading | null> =>
  new Promise((resolve) => {
    const thread = new Worker(worker, {
      workerData: { bytes, limits } satisfies FileToRead,
      resourceLimits: { maxOldGenerationSizeMb: limits.memoryMbMax },
      stdout: true,
      stderr: true,
    });
    const end = (reading: Reading | null): void => {
      clearTimeout(timer);
      resolve(reading);
      void thread.terminate();
    };
    const timer = setTimeout(() => end(null), limits.readMs);
    thread.once('message', (reading: Reading | null) => end(reading));
    thread.once('error', () => end(null));
    thread.once('exit', () => end(null));
  });

export const pdfWorker = new URL('./read-pdf-worker.ts', import.meta.url);
export const docxWorker = new URL('./read-docx-worker.ts', import.meta.url);
