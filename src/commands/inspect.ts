import { inspectOut, inspectText } from '#guardrails/inspect.ts';

import type { Config } from '../config.ts';
import { answerLines } from './json-lines.ts';

export type Chunking = '1' | '4' | 'random' | 'whole';

const toChunking = (chunks: Chunking) => (chunks === '1' || chunks === '4' ? (Number(chunks) as 1 | 4) : chunks);

/** Lines of {"id","text"} through the guardrails of one direction. */
export const inspect = (config: Config, direction: 'in' | 'out', chunks: Chunking): Promise<void> =>
  answerLines(({ id, text }) => {
    if (typeof text !== 'string') return { id, error: 'A line needs "text", a text.' };
    return { id, ...(direction === 'out' ? inspectOut(text, toChunking(chunks), config.links) : inspectText(text)) };
  });
