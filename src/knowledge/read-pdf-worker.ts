import { parentPort, workerData } from 'node:worker_threads';

import { extractText, getDocumentProxy } from 'unpdf';

const read = async (): Promise<string | null> => {
  const { text } = await extractText(await getDocumentProxy(new Uint8Array(workerData as Uint8Array)), {
    mergePages: true,
  });
  return text;
};

parentPort?.postMessage(await read().catch(() => null));
