import type { FileLimits } from './config.ts';
import { pdfWorker, readInThread } from './read-in-thread.ts';

/** What can be made of a file's bytes, whatever it says of itself. */
export type FileContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly mediaType: string }
  | { readonly kind: 'unknown' };

/** The first bytes of the images that models see (anthropic: docs/build-with-claude/vision). */
const images: readonly (readonly [mediaType: string, begins: RegExp])[] = [
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xff\xd8\xff/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[\s\S]{4}WEBP/],
];

const toText = (bytes: Uint8Array): string | null => {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // What no text editor would write is not text.
    return /(?![\t\n\f\r\v])\p{Cc}/u.test(text) ? null : text;
  } catch {
    return null;
  }
};

const headOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 16)).toString('latin1');
const imageTypeOf = (head: string): string | undefined => images.find(([, begins]) => begins.test(head))?.[0];
const isPdf = (head: string): boolean => head.startsWith('%PDF-');

/** What a file is by its bytes, for whoever is given it. */
export const mediaTypeOf = (bytes: Uint8Array): string => {
  const head = headOf(bytes);
  if (isPdf(head)) return 'application/pdf';
  return imageTypeOf(head) ?? (toText(bytes) === null ? 'application/octet-stream' : 'text/plain');
};

const readPdf = async (bytes: Uint8Array, limits: FileLimits): Promise<string | null> => {
  const reading = await readInThread(pdfWorker, bytes, limits);
  return reading && 'text' in reading ? reading.text : null;
};

/** Tells what a file holds by its bytes alone: its name and its type are whatever its sender wrote. */
export const readFile = async (bytes: Uint8Array, limits: FileLimits): Promise<FileContent> => {
  const head = headOf(bytes);
  const mediaType = imageTypeOf(head);
  if (mediaType) return { kind: 'image', mediaType };
  const text = isPdf(head) ? await readPdf(bytes, limits) : toText(bytes);
  return text?.trim() ? { kind: 'text', text } : { kind: 'unknown' };
};
