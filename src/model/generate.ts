import { randomBytes } from 'node:crypto';

import type { Passage } from '#core/knowledge.ts';
import type { Model, ModelMessage, ModelRequest } from '#core/model.ts';
import type { Generated, GuardedFile, GuardedText, OnTopic } from '#core/turn.ts';

export interface GenerateParts {
  readonly model: Model;
  /** The system prompt of an organization: the same bytes for as long as nothing changes in it. */
  readonly systemOf: (organization: string) => string;
  readonly maxTokens: number;
  /** Longest time for one answer. */
  readonly answerMs: number;
}

/** Each passage between marks nobody can guess, so that nothing inside can pretend to end it. */
export const quotePassages = (passages: readonly Passage[], mark = randomBytes(16).toString('hex')): string =>
  passages
    .map((passage, index) => {
      const text = passage.text.replaceAll(mark, '');
      return `<passage number="${index + 1}" mark="${mark}">\n${passage.title}${passage.heading ? ` > ${passage.heading}` : ''}\n\n${text}\n</passage mark="${mark}">`;
    })
    .join('\n\n');

const openings = /["<>\r\n]/g;

/** Each file like a passage: data, between marks nobody can guess. */
const quoteFiles = (files: readonly GuardedFile[], mark = randomBytes(16).toString('hex')): string =>
  files
    .map(
      ({ name, text }) =>
        `<file name="${name.replaceAll(openings, ' ')}" mark="${mark}">\n${text.replaceAll(mark, '')}\n</file mark="${mark}">\n\n`,
    )
    .join('');

/** Messages must begin with the person and take turns: neighbours of one role are joined. */
const takeTurns = (messages: readonly ModelMessage[]): ModelMessage[] => {
  const turns: ModelMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (last?.role === message.role)
      turns[turns.length - 1] = { role: last.role, text: `${last.text}\n\n${message.text}` as GuardedText };
    else if (last || message.role === 'user') turns.push(message);
  }
  return turns;
};

export const toRequest = (turn: OnTopic, system: string, maxTokens: number): ModelRequest => {
  const notes = turn.summary === null ? '' : `Notes on the conversation so far:\n${turn.summary}\n\n`;
  const quoted = turn.passages.length === 0 ? 'No passage was found.' : quotePassages(turn.passages);
  const files = turn.files.length === 0 ? '' : `Files of the person:\n\n${quoteFiles(turn.files)}`;
  const question: ModelMessage = {
    role: 'user',
    text: `${notes}Passages:\n\n${quoted}\n\n${files}The person writes:\n${turn.question}` as GuardedText,
  };
  return {
    system,
    maxTokens,
    question: turn.question,
    asked: turn.asked,
    passages: turn.passages,
    images: turn.restricted ? [] : turn.images,
    messages: takeTurns([...turn.recent, question]),
  };
};

/** A streaming draft, made as it is pulled. */
export const generate =
  ({ model, systemOf, maxTokens, answerMs }: GenerateParts) =>
  async (turn: OnTopic): Promise<Generated> => ({
    ...turn,
    draft: model.answer(
      toRequest(turn, systemOf(turn.owner.organization), maxTokens),
      AbortSignal.any([AbortSignal.timeout(answerMs), turn.stopping.signal]),
    ),
  });
