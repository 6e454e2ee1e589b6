import { parentPort, workerData } from 'node:worker_threads';

import mammoth from 'mammoth';

const read = async (): Promise<string> => {
  const buffer = Buffer.from(workerData as Uint8Array);
  // Pictures say nothing here, and one may be large.
  const convertImage = mammoth.images.imgElement(async () => ({ src: '' }));
  return (await mammoth.convertToHtml({ buffer }, { convertImage })).value;
};

parentPort?.postMessage(await read().catch(() => null));
