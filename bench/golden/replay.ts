import type { Passage } from '#core/knowledge.ts';
import type { Model } from '#core/model.ts';
import type { GuardedText, OnTopic } from '#core/turn.ts';
import type { Retrieve } from '#knowledge/retrieve.ts';
import { toRequest } from '#model/generate.ts';

import { type Golden, holdsAnswer } from './read.ts';

/** What became of one golden question. */
export interface Replayed {
  readonly golden: Golden;
  readonly passages: readonly Passage[];
  readonly text: string;
  /** One of the passages is from the document that answers. */
  readonly isFound: boolean;
  readonly isRight: boolean;
}

const answerTokensMax = 700;
const answerMs = 60_000;
const passagesMax = 5;

const answerOf = async (model: Model, ask: string, passages: readonly Passage[], system: string): Promise<string> => {
  const question = ask as GuardedText;
  const turn = {
    question,
    asked: question,
    passages,
    files: [],
    images: [],
    recent: [],
    summary: null,
    restricted: false,
  } satisfies Partial<OnTopic>;
  let text = '';
  const request = toRequest(turn as unknown as OnTopic, system, answerTokensMax);
  for await (const piece of model.answer(request, AbortSignal.timeout(answerMs))) text += piece;
  return text;
};

/** Asks one golden question as a person would. */
export const replay = async (golden: Golden, find: Retrieve, model: Model, system = ''): Promise<Replayed> => {
  const passages = await find(golden.ask, { limit: passagesMax });
  const text = await answerOf(model, golden.ask, passages, system);
  return {
    golden,
    passages,
    text,
    isFound: passages.some(({ document }) => document.replace(/\.\w+$/, '') === golden.from),
    isRight: holdsAnswer(text, golden),
  };
};

/** What is said to a question that no page answers. */
export const ask = async (question: string, find: Retrieve, model: Model, system = ''): Promise<string> =>
  answerOf(model, question, await find(question, { limit: passagesMax }), system);
