import { Worker } from 'node:worker_threads';

/** Longest time that one file is read for. */
const readMs = 10_000;
/** MB that reading one may take: a small file can unfold into a very large one. */
const memoryMax = 256;

/** In a thread of its own, which a file that was made to hang or to swell can take down without anybody else. Null where it cannot be read. */
export const readInThread = (worker: URL, bytes: Uint8Array): Promise<string | null> =>
  new Promise((resolve) => {
    const thread = new Worker(worker, {
      workerData: bytes,
      resourceLimits: { maxOldGenerationSizeMb: memoryMax },
      stdout: true,
      stderr: true,
    });
    const end = (text: string | null): void => {
      clearTimeout(timer);
      resolve(text);
      void thread.terminate();
    };
    const timer = setTimeout(() => end(null), readMs);
    thread.once('message', (text: string | null) => end(text));
    thread.once('error', () => end(null));
    thread.once('exit', () => end(null));
  });

export const pdfWorker = new URL('./read-pdf-worker.ts', import.meta.url);
export const docxWorker = new URL('./read-docx-worker.ts', import.meta.url);
