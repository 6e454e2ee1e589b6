import { Worker } from 'node:worker_threads';

/** Longest time that one file is read for. */
const readMs = 10_000;
/** MB that reading one may take: a small file can unfold into a very large one. */
const memoryMax = 256;

/** The text of a file, or why it is not read. */
export type Reading = { readonly text: string } | { readonly problem: string };

export interface FileToRead {
  readonly bytes: Uint8Array;
  /** Whatever else the worker is to know. */
  readonly [setting: string]: unknown;
}

/** In a thread of its own, which a file that was made to hang or to swell can take down without anybody else. Null where it cannot be read. */
export const readInThread = (worker: URL, file: FileToRead): Promise<Reading | null> =>
  new Promise((resolve) => {
    const thread = new Worker(worker, {
      workerData: file,
      resourceLimits: { maxOldGenerationSizeMb: memoryMax },
      stdout: true,
      stderr: true,
    });
    const end = (reading: Reading | null): void => {
      clearTimeout(timer);
      resolve(reading);
      void thread.terminate();
    };
    const timer = setTimeout(() => end(null), readMs);
    thread.once('message', (reading: Reading | null) => end(reading));
    thread.once('error', () => end(null));
    thread.once('exit', () => end(null));
  });

export const pdfWorker = new URL('./read-pdf-worker.ts', import.meta.url);
export const docxWorker = new URL('./read-docx-worker.ts', import.meta.url);
