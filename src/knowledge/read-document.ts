import { cleanMarkdown } from './clean-markdown.ts';
import type { FileLimits } from './config.ts';
import { DocumentError, escapeMarkup, firstHeading, type SourceDocument, toAudience, toDocument } from './document.ts';
import { extensionOf, fileBytesMax, readableExtensions } from './file-kinds.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { readJson, readLines, readTable } from './read-collection.ts';
import { docxWorker, pdfWorker, readInThread } from './read-in-thread.ts';

/** Every document in a file: one, or one a line or a row of a collection. Rejects with {@link DocumentError}. */
export async function readDocuments(path: string, bytes: Uint8Array, limits: FileLimits): Promise<SourceDocument[]> {
  switch (extensionOf(path)) {
    case '.jsonl':
      return readLines(path, decode(path, bytes, limits), limits);
    case '.csv':
      return readTable(path, decode(path, bytes, limits), limits);
    case '.json':
      return readJson(path, decode(path, bytes, limits));
    case '.pdf':
      return [await readPdf(path, bytes, limits)];
    case '.docx':
      return [await readDocx(path, bytes, limits)];
    default:
      return [readDocument(path, bytes, limits)];
  }
}

/** By a thread of its own: a worker, and what it reads. */
type Reader = readonly [worker: URL, what: string];
const pdf: Reader = [pdfWorker, 'PDF'];
const docx: Reader = [docxWorker, 'a Word document'];

async function readPacked(
  [worker, what]: Reader,
  path: string,
  bytes: Uint8Array,
  limits: FileLimits,
): Promise<string> {
  checkSize(path, bytes, limits);
  const reading = await readInThread(worker, bytes, limits);
  if (reading === null)
    throw new DocumentError(path, `cannot be read as ${what}, or not in time; export it again, or as Markdown or text`);
  if ('problem' in reading) throw new DocumentError(path, reading.problem);
  return reading.text;
}

async function readPdf(path: string, bytes: Uint8Array, limits: FileLimits): Promise<SourceDocument> {
  const text = await readPacked(pdf, path, bytes, limits);
  return toDocument(path, { text: cleanMarkdown(escapeMarkup(text)) });
}

async function readDocx(path: string, bytes: Uint8Array, limits: FileLimits): Promise<SourceDocument> {
  const { text } = htmlToMarkdown(await readPacked(docx, path, bytes, limits));
  return toDocument(path, { title: firstHeading(text), text: cleanMarkdown(text) });
}

/** The document in a .md, .markdown, .txt, .html or .htm file. Throws {@link DocumentError}. */
export function readDocument(path: string, bytes: Uint8Array, limits: FileLimits): SourceDocument {
  const content = decode(path, bytes, limits);
  switch (extensionOf(path)) {
    case '.md':
    case '.markdown':
      return readMarkdown(path, content);
    case '.txt':
      return toDocument(path, { text: cleanMarkdown(escapeMarkup(content)) });
    case '.html':
    case '.htm': {
      const { title, language, text } = htmlToMarkdown(content);
      const fields = { title: firstHeading(text) ?? (title && escapeMarkup(title)), text: cleanMarkdown(text) };
      return toDocument(path, { ...fields, ...(language && { language }) });
    }
    default:
      throw new DocumentError(path, `is not one of ${[...readableExtensions].join(', ')}; convert it to Markdown`);
  }
}

function readMarkdown(path: string, content: string): SourceDocument {
  const { fields, body } = splitFrontMatter(content.replace(/\r\n?/g, '\n'));
  const text = cleanMarkdown(body);
  return toDocument(path, {
    title: fields.get('title') ?? firstHeading(text),
    ...(fields.has('url') && { url: fields.get('url')! }),
    ...(fields.has('language') && { language: fields.get('language')! }),
    ...(fields.has('audience') && { audience: toAudience(fields.get('audience')!) }),
    text,
  });
}

const toMegabytes = (bytes: number): number => Number((bytes / 1024 / 1024).toFixed(1));

function checkSize(path: string, bytes: Uint8Array, limits: FileLimits): void {
  const bytesMax = fileBytesMax(path, limits);
  if (bytes.byteLength > bytesMax)
    throw new DocumentError(path, `is larger than ${toMegabytes(bytesMax)} MB; split it into several files`);
}

function decode(path: string, bytes: Uint8Array, limits: FileLimits): string {
  checkSize(path, bytes, limits);
  if (bytes.includes(0))
    throw new DocumentError(path, 'is a binary file; export it as Markdown, HTML or text in UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DocumentError(path, 'is not valid UTF-8; save it again with the encoding UTF-8', { cause });
  }
}

/** The `key: value` lines between two `---` lines at the very start. Nested YAML is not needed here and is ignored. */
function splitFrontMatter(content: string): { fields: Map<string, string>; body: string } {
  const fields = new Map<string, string>();
  const match = /^---[ \t]*\n([\s\S]*?)\n?---[ \t]*(?:\n|$)/.exec(content);
  if (!match) return { fields, body: content };
  for (const line of match[1]!.split('\n')) {
    const [, key, value] = /^([A-Za-z][\w-]*):\s*(.*?)\s*$/.exec(line) ?? [];
    const bare = value?.replace(/^(["'])(.*)\1$/, '$2');
    if (key !== undefined && bare) fields.set(key.toLowerCase(), bare);
  }
  return { fields, body: content.slice(match[0].length) };
}
