import { createHash } from 'node:crypto';

import { parse as parseCsv } from 'csv-parse/sync';
import { z } from 'zod';

import { cleanMarkdown } from './clean-markdown.ts';
import type { FileLimits } from './config.ts';
import { DocumentError, firstHeading, type SourceDocument, toAudience, toDocument } from './document.ts';

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
  return toDocument(questionId(path, asked), {
    title: asked,
    ...(url && { url }),
    ...(audience && { audience: toAudience(audience) }),
    text: cleanMarkdown(answer),
  });
}

export function readTable(path: string, content: string, { documentBytesMax }: FileLimits): SourceDocument[] {
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

export function readJson(path: string, content: string): SourceDocument[] {
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

function readLine(path: string, lineNumber: number, line: string, { documentBytesMax }: FileLimits): SourceDocument {
  const name = `${path} line ${lineNumber}`;
  if (line.length > documentBytesMax)
    throw new DocumentError(name, `is larger than ${documentBytesMax} characters; split the document`);
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
  return toDocument(id, {
    title: typeof title === 'string' && title.trim() !== '' ? title : (firstHeading(text) ?? id),
    ...(typeof url === 'string' && { url }),
    ...(typeof audience === 'string' && { audience: toAudience(audience) }),
    text,
  });
}

/** The documents of a .jsonl file: one a line. Throws {@link DocumentError}. */
export const readLines = (path: string, content: string, limits: FileLimits): SourceDocument[] =>
  content.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [readLine(path, index + 1, line, limits)]));
