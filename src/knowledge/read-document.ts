import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { toString as plainText } from 'mdast-util-to-string';
import { z } from 'zod';

import { cleanMarkdown } from './clean-markdown.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { parseMarkdown } from './markdown.ts';
import { docxWorker, pdfWorker, readInThread } from './read-in-thread.ts';

export interface SourceDocument {
  /** The path relative to the source folder, or the id a line of a .jsonl file gives. */
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  /** ISO 639-1, where the document says it. */
  readonly language?: string;
  /** Who may be answered from it, where the document says it. */
  readonly audience?: readonly string[];
  /** CommonMark. */
  readonly text: string;
  /** SHA-256 of everything above, hexadecimal. */
  readonly hash: string;
}

/** A document that cannot be read. The message names it and says what to do. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly document: string;

  constructor(document: string, problem: string, options?: ErrorOptions) {
    super(`${document}: ${problem}`, options);
    this.document = document;
  }
}

const documentBytesMax = 5 * 1024 * 1024;
/** A file that holds many documents, one a line or a row; each is held to the limit of a document. */
const collectionBytesMax = 64 * 1024 * 1024;
/** Pictures and fonts make these large, and none of them is read. */
const packedBytesMax = 20 * 1024 * 1024;
/** Bytes that a packed file may unfold to, and how many times its own size: what unfolds to more was made to. */
const unpackedBytesMax = 100 * 1024 * 1024;
const unpackedRatioMax = 200;
const titleLengthMax = 200;

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
export const fileBytesMax = (path: string): number =>
  isCollection(path) ? collectionBytesMax : packed.has(extensionOf(path)) ? packedBytesMax : documentBytesMax;

/** Every document in a file: one, or one a line or a row of a collection. Rejects with {@link DocumentError}. */
export async function readDocuments(path: string, bytes: Uint8Array): Promise<SourceDocument[]> {
  switch (extensionOf(path)) {
    case '.jsonl':
      return decode(path, bytes)
        .split('\n')
        .flatMap((line, index) => (line.trim() === '' ? [] : [readLine(path, index + 1, line)]));
    case '.csv':
      return readTable(path, decode(path, bytes));
    case '.json':
      return readJson(path, decode(path, bytes));
    case '.pdf':
      return [await readPdf(path, bytes)];
    case '.docx':
      return [await readDocx(path, bytes)];
    default:
      return [readDocument(path, bytes)];
  }
}

async function readPacked(path: string, worker: URL, bytes: Uint8Array, problem: string): Promise<string> {
  checkSize(path, bytes);
  const reading = await readInThread(worker, { bytes, bytesMax: unpackedBytesMax, ratioMax: unpackedRatioMax });
  if (reading === null) throw new DocumentError(path, problem);
  if ('problem' in reading) throw new DocumentError(path, reading.problem);
  return reading.text;
}

async function readPdf(path: string, bytes: Uint8Array): Promise<SourceDocument> {
  const problem = 'cannot be read as PDF, or not in time; export it again, or as Markdown or text';
  const text = await readPacked(path, pdfWorker, bytes, problem);
  return finish(path, { text: cleanMarkdown(escapeMarkup(text)) });
}

async function readDocx(path: string, bytes: Uint8Array): Promise<SourceDocument> {
  const problem = 'cannot be read as a Word document, or not in time; export it as Markdown or text';
  const { text } = htmlToMarkdown(await readPacked(path, docxWorker, bytes, problem));
  return finish(path, { title: firstHeading(text), text: cleanMarkdown(text) });
}

const question = z.object({
  question: z.string().trim().min(1),
  answer: z.string().trim().min(1),
  url: z.string().trim().optional(),
  audience: z.string().trim().optional(),
});

/** Stays the same where others come before it. */
const questionId = (path: string, asked: string): string =>
  `${path}#${createHash('sha256').update(asked).digest('hex').slice(0, 12)}`;

/** Names as people write them: "Question", " ANSWER ". */
const plainKeys = (row: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key.trim().toLowerCase(), value]));

function readQuestion(path: string, place: string, row: unknown): SourceDocument {
  const parsed = question.safeParse(typeof row === 'object' && row !== null ? plainKeys(row) : row);
  if (!parsed.success) throw new DocumentError(`${path} ${place}`, 'needs the texts "question" and "answer"; add them');
  const { question: asked, answer, url, audience } = parsed.data;
  return finish(questionId(path, asked), {
    title: asked,
    ...(url && { url }),
    ...(audience && { audience: toAudience(audience) }),
    text: cleanMarkdown(answer),
  });
}

function readTable(path: string, content: string): SourceDocument[] {
  let rows: unknown[];
  try {
    rows = parseCsv(content, {
      bom: true,
      columns: true,
      delimiter: [',', ';', '\t'],
      skip_empty_lines: true,
      max_record_size: documentBytesMax,
    });
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : 'is no table';
    throw new DocumentError(path, `cannot be read as CSV (${problem}); save it again as CSV in UTF-8`, { cause });
  }
  // The first line names the columns.
  return rows.map((row, index) => readQuestion(path, `row ${index + 2}`, row));
}

function readJson(path: string, content: string): SourceDocument[] {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw new DocumentError(path, 'is not JSON; write a list of objects with "question" and "answer"', { cause });
  }
  if (!Array.isArray(value))
    throw new DocumentError(path, 'is not a list; write a list of objects with "question" and "answer"');
  return value.map((row, index) => readQuestion(path, `entry ${index + 1}`, row));
}

/** The document in a .md, .markdown, .txt, .html or .htm file. Throws {@link DocumentError}. */
export function readDocument(path: string, bytes: Uint8Array): SourceDocument {
  const content = decode(path, bytes);
  switch (extensionOf(path)) {
    case '.md':
    case '.markdown':
      return readMarkdown(path, content);
    case '.txt':
      return finish(path, { text: cleanMarkdown(escapeMarkup(content)) });
    case '.html':
    case '.htm': {
      const { title, language, text } = htmlToMarkdown(content);
      const fields = { title: firstHeading(text) ?? (title && escapeMarkup(title)), text: cleanMarkdown(text) };
      return finish(path, { ...fields, ...(language && { language }) });
    }
    default:
      throw new DocumentError(path, `is not one of ${[...readableExtensions].join(', ')}; convert it to Markdown`);
  }
}

function readMarkdown(path: string, content: string): SourceDocument {
  const { fields, body } = splitFrontMatter(content.replace(/\r\n?/g, '\n'));
  const text = cleanMarkdown(body);
  return finish(path, {
    title: fields.get('title') ?? firstHeading(text),
    ...(fields.has('url') && { url: fields.get('url')! }),
    ...(fields.has('language') && { language: fields.get('language')! }),
    ...(fields.has('audience') && { audience: toAudience(fields.get('audience')!) }),
    text,
  });
}

/** "employees, managers" */
const toAudience = (value: string): string[] =>
  value
    .replaceAll(/^\[|\]$/g, '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

function readLine(path: string, lineNumber: number, line: string): SourceDocument {
  const name = `${path} line ${lineNumber}`;
  if (line.length > documentBytesMax) throw new DocumentError(name, 'is larger than 5 MB; split the document');
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(line) as Record<string, unknown>;
  } catch (cause) {
    throw new DocumentError(name, 'is not JSON; write one object a line', { cause });
  }
  const { id, title, content, url, audience } = value ?? {};
  if (typeof id !== 'string' || id === '' || typeof content !== 'string') {
    throw new DocumentError(name, 'needs the texts "id" and "content"; add them');
  }
  const text = cleanMarkdown(content);
  return finish(id, {
    title: typeof title === 'string' && title.trim() !== '' ? title : (firstHeading(text) ?? id),
    ...(typeof url === 'string' && { url }),
    ...(typeof audience === 'string' && { audience: toAudience(audience) }),
    text,
  });
}

/** The words of a title, which is Markdown as the text is: whatever it was taken from, nothing unseen is in it. */
const cleanTitle = (title: string): string =>
  unescapeMarkup(cleanMarkdown(title)).replace(/\s+/g, ' ').trim().slice(0, titleLengthMax);

type Fields = Omit<SourceDocument, 'id' | 'hash' | 'title'> & {
  /** Markdown; where there is none, or none that is seen, the name of the file serves. */
  readonly title?: string | undefined;
};

function finish(id: string, fields: Fields): SourceDocument {
  const { url, language, audience, text } = fields;
  const title = cleanTitle(fields.title ?? '') || cleanTitle(escapeMarkup(fileTitle(id)));
  if (text === '') throw new DocumentError(id, 'holds no text a reader would see; fill it or remove it');
  if (url !== undefined && !/^https?:\/\//i.test(url)) {
    throw new DocumentError(id, `its url ${JSON.stringify(url)} is not a web address; start it with https://`);
  }
  const hash = createHash('sha256')
    .update(JSON.stringify([id, title, url, language, text, ...(audience ? [audience] : [])]))
    .digest('hex');
  return { id, title, ...(url && { url }), ...(language && { language }), ...(audience && { audience }), text, hash };
}

function checkSize(path: string, bytes: Uint8Array): void {
  const bytesMax = fileBytesMax(path);
  if (bytes.byteLength > bytesMax)
    throw new DocumentError(path, `is larger than ${bytesMax / 1024 / 1024} MB; split it into several files`);
}

function decode(path: string, bytes: Uint8Array): string {
  checkSize(path, bytes);
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

function firstHeading(text: string): string | undefined {
  const heading = parseMarkdown(text).children.find((node) => node.type === 'heading');
  return (heading && escapeMarkup(plainText(heading).trim())) || undefined;
}

/** Plain text is not markup: a `<` or a `#` in it means itself. */
const escapeMarkup = (text: string): string =>
  text.replace(/[<\\`*_[\]]|^[ \t]*#(?=#{0,5}\s)/gm, (mark) => mark.replace(/\S/, '\\$&'));

const unescapeMarkup = (text: string): string => text.replaceAll(/\\([<\\`*_[\]#])/g, '$1');

const extensionOf = (path: string): string => extname(path).toLowerCase();

const fileTitle = (path: string): string => {
  const name = basename(path, extname(path)).replace(/[-_]+/g, ' ').trim();
  return name.charAt(0).toUpperCase() + name.slice(1);
};
