import { randomBytes } from 'node:crypto';

import type { Model, ModelRequest, Quoted } from '#core/model.ts';
import type { Generated, OnTopic } from '#core/turn.ts';

import { toMessages } from './to-messages.ts';

export interface GenerateParts {
  readonly model: Model;
  /** The system prompt of an organization: the same bytes for as long as nothing changes in it. */
  readonly systemOf: (organization: string) => string;
  readonly maxTokens: number;
  /** What is added to a question where money is short, and how long the answer may be then. */
  readonly shorter: { readonly text: string; readonly maxTokens: number };
  /** Longest time for one answer. */
  readonly answerMs: number;
}

const markBytes = 16;

/** A streaming draft, made as it is pulled. */
export const generate = ({ model, systemOf, maxTokens, shorter, answerMs }: GenerateParts) => {
  const toRequest = (turn: OnTopic, quoted: Quoted): ModelRequest => {
    const isShort = turn.allowance === 'shorter';
    return {
      payer: { ...turn.owner, turn: turn.turn.id, purpose: 'answer' },
      isLastTry: turn.turn.isLastTry,
      isMoneyShort: turn.allowance !== 'full',
      system: systemOf(turn.owner.organization),
      maxTokens: isShort ? Math.min(maxTokens, shorter.maxTokens) : maxTokens,
      question: turn.question,
      asked: turn.asked,
      passages: turn.passages,
      images: turn.restricted ? [] : turn.images,
      ...toMessages({
        notes: turn.summary,
        recent: turn.recent,
        quoted,
        files: turn.files,
        question: turn.question,
        wish: isShort ? shorter.text : null,
      }),
    };
  };
  return async (turn: OnTopic): Promise<Generated> => {
    const quoted = {
      mark: randomBytes(markBytes).toString('hex'),
      passages: turn.passages.map(({ id, title, heading, text }) => ({ id, title, heading, text })),
    };
    return {
      ...turn,
      quoted: model.extractive ? null : quoted,
      draft: model.answer(
        toRequest(turn, quoted),
        AbortSignal.any([AbortSignal.timeout(answerMs), turn.stopping.signal]),
      ),
    };
  };
};
