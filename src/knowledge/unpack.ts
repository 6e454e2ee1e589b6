import { Unzip, UnzipInflate, unzipSync } from 'fflate';

import type { FileLimits } from './config.ts';

/** A packed file that is not opened. The message says why, and what to do. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';
}

/** Unfolds to 8 MB at most (DEFLATE makes a byte of 1032), so that little is in memory beyond the limit before it is noticed. */
const chunkBytes = 8 * 1024;

const list = (bytes: Uint8Array): Set<string> => {
  const names = new Set<string>();
  unzipSync(bytes, { filter: ({ name }) => !names.add(name) });
  return names;
};

const unfold = (bytes: Uint8Array, mostBytes: number, isWanted: (name: string) => boolean) => {
  const parts = new Map<string, Uint8Array>();
  let sum = 0;
  const unzip = new Unzip((part) => {
    const chunks: Uint8Array[] = [];
    part.ondata = (error, chunk, isLast) => {
      if (error) throw error;
      sum += chunk.byteLength;
      if (sum > mostBytes)
        throw new UnpackError(`unfolds to more than ${mostBytes} bytes, as no document does; it is not opened`);
      if (!isWanted(part.name)) return;
      chunks.push(chunk);
      if (!isLast) return;
      if (parts.has(part.name)) throw new UnpackError('holds a part twice; save it again');
      parts.set(part.name, Buffer.concat(chunks));
    };
    part.start();
  });
  unzip.register(UnzipInflate);
  for (let at = 0; at < bytes.byteLength; at += chunkBytes)
    unzip.push(bytes.subarray(at, at + chunkBytes), at + chunkBytes >= bytes.byteLength);
  return parts;
};

/**
 * The wanted parts of a zip file, by name. The bytes are counted as they come: what the file says of its own size need not be so.
 * Nor need what lies in it be what it lists, which is all that other programs show of it. Throws {@link UnpackError}.
 */
export const unpack = (
  bytes: Uint8Array,
  { unpackedBytesMax, unpackedRatioMax }: FileLimits,
  isWanted: (name: string) => boolean,
): Record<string, Uint8Array> => {
  try {
    const listed = [...list(bytes)].filter(isWanted);
    const parts = unfold(bytes, Math.min(unpackedBytesMax, bytes.byteLength * unpackedRatioMax), isWanted);
    if (listed.length !== parts.size || listed.some((name) => !parts.has(name)))
      throw new UnpackError('does not hold what it lists; save it again');
    return Object.fromEntries(parts);
  } catch (cause) {
    if (cause instanceof UnpackError) throw cause;
    throw new UnpackError('is damaged; save it again', { cause });
  }
};
