import { extname } from 'node:path';

import type { FileLimits } from './config.ts';

export const extensionOf = (path: string): string => extname(path).toLowerCase();

const collections: ReadonlySet<string> = new Set(['.jsonl', '.csv', '.json']);
const packed: ReadonlySet<string> = new Set(['.pdf', '.docx']);

export const readableExtensions: ReadonlySet<string> = new Set([
  '.md',
  '.markdown',
  '.txt',
  '.html',
  '.htm',
  ...packed,
  ...collections,
]);

/** Whether a file holds many documents. */
export const isCollection = (path: string): boolean => collections.has(extensionOf(path));

/** The largest file that is read, by its kind. */
export const fileBytesMax = (path: string, limits: FileLimits): number =>
  isCollection(path)
    ? limits.collectionBytesMax
    : packed.has(extensionOf(path))
      ? limits.packedBytesMax
      : limits.documentBytesMax;
