import { Worker } from 'node:worker_threads';

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

/** Longest time that one PDF is read for. */
const pdfMs = 10_000;
/** MB that reading one may take: a small file can unfold into a very large one. */
const pdfMemoryMax = 256;

/** In a thread of its own, which a file that was made to hang or to swell can take down without anybody else. */
const readPdf = (bytes: Uint8Array): Promise<string | null> =>
  new Promise((resolve) => {
    const worker = new Worker(new URL('./read-pdf-worker.ts', import.meta.url), {
      workerData: bytes,
      resourceLimits: { maxOldGenerationSizeMb: pdfMemoryMax },
      stdout: true,
      stderr: true,
    });
    const end = (text: string | null): void => {
      clearTimeout(timer);
      resolve(text);
      void worker.terminate();
    };
    const timer = setTimeout(() => end(null), pdfMs);
    worker.once('message', (text: string | null) => end(text));
    worker.once('error', () => end(null));
    worker.once('exit', () => end(null));
  });

/** Tells what a file holds by its bytes alone: its name and its type are whatever its sender wrote. */
export const readFile = async (bytes: Uint8Array): Promise<FileContent> => {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const [mediaType] = images.find(([, begins]) => begins.test(head)) ?? [];
  if (mediaType) return { kind: 'image', mediaType };
  const text = head.startsWith('%PDF-') ? await readPdf(bytes) : toText(bytes);
  return text?.trim() ? { kind: 'text', text } : { kind: 'unknown' };
};
