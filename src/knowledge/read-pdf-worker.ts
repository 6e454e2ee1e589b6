import { parentPort, workerData } from 'node:worker_threads';

import { extractText, getDocumentProxy } from 'unpdf';

import type { FileToRead, Reading } from './read-in-thread.ts';

const { bytes, limits } = workerData as FileToRead;

const read = async (): Promise<Reading> => {
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  if (pdf.numPages > limits.pagesMax)
    return { problem: `has ${pdf.numPages} pages, more than ${limits.pagesMax}; split it into several files` };
  return extractText(pdf, { mergePages: true });
};

parentPort?.postMessage(await read().catch(() => null));
