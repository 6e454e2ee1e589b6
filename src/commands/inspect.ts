import { z } from 'zod';

import { inspectOut, inspectText } from '#guardrails/inspect.ts';
import { askedTypes } from '#guardrails/pii/answer-slot.ts';

import type { Config } from '../config.ts';
import { answerLines } from './json-lines.ts';

export type Chunking = '1' | '4' | 'random' | 'whole';

const toChunking = (chunks: Chunking) => (chunks === '1' || chunks === '4' ? (Number(chunks) as 1 | 4) : chunks);

const incoming = z.object({ text: z.string(), asked: z.array(z.enum(askedTypes)).default([]) });
const outgoing = z.object({
  text: z.string(),
  passages: z.array(z.string()).default([]),
  question: z.string().default(''),
});

const problemsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');

/**
 * Lines of {"id","text"} through the guardrails of one direction: a message with "asked", what it replies to; an answer with
 * "passages" and "question", what it may lean on.
 */
export const inspect = (config: Config, direction: 'in' | 'out', chunks: Chunking): Promise<void> =>
  answerLines((line) => {
    const { id } = line;
    if (direction === 'in') {
      const read = incoming.safeParse(line);
      return read.success
        ? { id, ...inspectText(read.data.text, read.data.asked) }
        : { id, error: problemsOf(read.error) };
    }
    const read = outgoing.safeParse(line);
    if (!read.success) return { id, error: problemsOf(read.error) };
    const { text, ...rules } = read.data;
    return { id, ...inspectOut(text, toChunking(chunks), { ...config.links, ...rules }) };
  });
