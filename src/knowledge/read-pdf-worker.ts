import { parentPort, workerData } from 'node:worker_threads';

import { extractText, getDocumentProxy } from 'unpdf';

import type { Reading } from './read-in-thread.ts';

const { bytes } = workerData as { readonly bytes: Uint8Array };

const read = async (): Promise<Reading> =>
  extractText(await getDocumentProxy(new Uint8Array(bytes)), { mergePages: true });

parentPort?.postMessage(await read().catch(() => null));
