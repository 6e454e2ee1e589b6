import { randomBytes } from 'node:crypto';

import type { Model, ModelRequest, Quoted } from '#core/model.ts';
import type { Generated, OnTopic } from '#core/turn.ts';

import { type Fitted, fit } from './fit.ts';

export interface GenerateParts {
  readonly model: Model;
  /** The system prompt of an organization: the same bytes for as long as nothing changes in it. */
  readonly systemOf: (organization: string) => string;
  /** The name, version and hash of the prompt. */
  readonly prompt: string;
  readonly maxTokens: number;
  /** What is added to a question where money is short, and how long the answer may be then. */
  readonly shorter: { readonly text: string; readonly maxTokens: number };
  /** Tokens of a request with its answer that are never exceeded. */
  readonly tokensMax: number;
  /** Tokens of a text for the model that answers an organization. */
  readonly count: (organization: string, text: string) => number;
  /** Longest time for one answer. */
  readonly answerMs: number;
}

const markBytes = 16;

/** Tokens of a picture at the most; larger ones are made smaller by the provider (anthropic: docs/build-with-claude/vision). */
const imageTokens = 1600;

const toQuoted = ({ passages }: OnTopic): Quoted => ({
  mark: randomBytes(markBytes).toString('hex'),
  passages: passages.map(({ id, title, heading, text }) => ({ id, title, heading, text })),
});

/** A streaming draft, made as it is pulled. */
export const generate = ({
  model,
  systemOf,
  prompt,
  maxTokens,
  shorter,
  tokensMax,
  count,
  answerMs,
}: GenerateParts) => {
  const toFitted = (turn: OnTopic, quoted: Quoted, system: string): Fitted => {
    const { summary, recent, files, question, allowance, owner, images } = turn;
    const replyTokens = maxTokens + images.length * imageTokens;
    const wish = allowance === 'shorter' ? shorter.text : null;
    return fit(
      { notes: summary, recent, quoted, files, question, wish },
      { tokensMax, system, replyTokens, count: (text) => count(owner.organization, text) },
    );
  };
  return async (turn: OnTopic): Promise<Generated> => {
    const system = systemOf(turn.owner.organization);
    const quoted = toQuoted(turn);
    const { messages, numbers, passagesKept, wantedTokens, hiddenMessages } = toFitted(turn, quoted, system);
    const passages = turn.passages.slice(0, passagesKept);
    const request: ModelRequest = {
      payer: { ...turn.owner, turn: turn.turn.id, purpose: 'answer' },
      isLastTry: turn.turn.isLastTry,
      isMoneyShort: turn.allowance !== 'full',
      system,
      maxTokens: turn.allowance === 'shorter' ? Math.min(maxTokens, shorter.maxTokens) : maxTokens,
      question: turn.question,
      asked: turn.asked,
      passages,
      images: turn.restricted ? [] : turn.images,
      messages,
      numbers,
    };
    return {
      ...turn,
      passages,
      quoted: model.extractive ? null : { ...quoted, passages: quoted.passages.slice(0, passagesKept) },
      prompt: model.extractive ? null : prompt,
      wantedTokens,
      hiddenMessages,
      draft: model.answer(request, AbortSignal.any([AbortSignal.timeout(answerMs), turn.stopping.signal])),
    };
  };
};
