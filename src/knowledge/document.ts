import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';

import { toString as plainText } from 'mdast-util-to-string';

import { cleanMarkdown } from './clean-markdown.ts';
import { parseMarkdown } from './markdown.ts';

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

const titleLengthMax = 200;

/** Plain text is not markup: a `<` or a `#` in it means itself. */
export const escapeMarkup = (text: string): string =>
  text.replace(/[<\\`*_[\]]|^[ \t]*#(?=#{0,5}\s)/gm, (mark) => mark.replace(/\S/, '\\$&'));

const unescapeMarkup = (text: string): string => text.replaceAll(/\\([<\\`*_[\]#])/g, '$1');

const fileTitle = (path: string): string => {
  const name = basename(path, extname(path)).replace(/[-_]+/g, ' ').trim();
  return name.charAt(0).toUpperCase() + name.slice(1);
};

export function firstHeading(text: string): string | undefined {
  const heading = parseMarkdown(text).children.find((node) => node.type === 'heading');
  return (heading && escapeMarkup(plainText(heading).trim())) || undefined;
}

/** "employees, managers" */
export const toAudience = (value: string): string[] =>
  value
    .replaceAll(/^\[|\]$/g, '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** The words of a title, which is Markdown as the text is: whatever it was taken from, nothing unseen is in it. */
const cleanTitle = (title: string): string =>
  unescapeMarkup(cleanMarkdown(title)).replace(/\s+/g, ' ').trim().slice(0, titleLengthMax);

type Fields = Omit<SourceDocument, 'id' | 'hash' | 'title'> & {
  /** Markdown; where there is none, or none that is seen, the name of the file serves. */
  readonly title?: string | undefined;
};

/** A document of what was read. Throws {@link DocumentError}. */
export function toDocument(id: string, fields: Fields): SourceDocument {
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
