import type { Passage } from '#core/knowledge.ts';
import type { Model } from '#core/model.ts';
import { estimateTokens } from '#core/tokens.ts';
import type { GuardedText, OnTopic } from '#core/turn.ts';
import type { Retrieve } from '#knowledge/retrieve.ts';
import { generate } from '#model/generate.ts';

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
const requestTokensMax = 20_000;
const passagesMax = 5;

const answerOf = async (model: Model, ask: string, passages: readonly Passage[], system: string): Promise<string> => {
  const question = ask as GuardedText;
  const turn = {
    owner: { organization: 'golden', person: 'golden', conversation: 'golden' },
    turn: { id: 'golden', startedAt: new Date(), isFirstTry: true, isLastTry: true },
    allowance: 'full',
    question,
    asked: question,
    passages,
    files: [],
    images: [],
    recent: [],
    summary: null,
    restricted: false,
    stopping: new AbortController(),
  } satisfies Partial<OnTopic>;
  const [tokensMax, count] = [requestTokensMax, (_: string, words: string) => estimateTokens(words)];
  const shorter = { text: '', maxTokens: answerTokensMax };
  const stage = generate({
    model,
    systemOf: () => system,
    prompt: 'golden',
    maxTokens: answerTokensMax,
    shorter,
    answerMs,
    tokensMax,
    count,
  });
  const { draft } = await stage(turn as unknown as OnTopic);
  let text = '';
  for await (const piece of draft) text += piece;
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
