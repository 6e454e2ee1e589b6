import { parentPort, workerData } from 'node:worker_threads';

import { zipSync } from 'fflate';
import mammoth from 'mammoth';

import { dropHiddenRuns } from './drop-hidden-runs.ts';
import type { FileToRead, Reading } from './read-in-thread.ts';
import { unpack, UnpackError } from './unpack.ts';

const { bytes, limits } = workerData as FileToRead;

/** Pictures and fonts are not read. */
const isRead = (name: string): boolean => /\.(?:xml|rels)$/.test(name);

const read = async (): Promise<Reading> => {
  // Packed anew: what unpacks the file itself would take in all that it unfolds to.
  const buffer = Buffer.from(zipSync(dropHiddenRuns(unpack(bytes, limits, isRead)), { level: 0 }));
  const convertImage = mammoth.images.imgElement(async () => ({ src: '' }));
  return { text: (await mammoth.convertToHtml({ buffer }, { convertImage })).value };
};

parentPort?.postMessage(
  await read().catch((error: unknown) => (error instanceof UnpackError ? { problem: error.message } : null)),
);
