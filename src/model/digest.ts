import { z } from 'zod';

import type { Model, ModelMessage, ModelRequest } from '#core/model.ts';
import type { Summary, SummaryChange } from '#core/summary.ts';
import { emptySummary } from '#core/summary.ts';
import type { ConversationRef, GuardedText } from '#core/turn.ts';

import type { Prompt } from './prompts.ts';

/** Most lines of one kind that one step may add: a model that runs wild fills no summary. */
const linesMax = 30;
const lines = z
  .array(z.string())
  .default([])
  .transform((all) => all.slice(0, linesMax));
const answerShape = z.object({ facts: lines, open: lines, promises: lines, decisions: lines, settled: lines });

/** Without a language model it is kept what the person said, shortened, oldest first. */
const digestByRule = (messages: readonly ModelMessage[]): SummaryChange => ({
  ...emptySummary,
  settled: [],
  facts: messages
    .filter((message) => message.role === 'user')
    .map((message) => `asked: ${message.text.replaceAll(/\s+/g, ' ').slice(0, 160)}`),
});

/** What a model wrote. One that does not keep to the form has written plain lines: facts. */
const readAnswer = (answer: string): SummaryChange => {
  const from = answer.indexOf('{');
  const to = answer.lastIndexOf('}');
  try {
    return answerShape.parse(JSON.parse(answer.slice(from, to + 1)));
  } catch {
    const facts = answer
      .split('\n')
      .map((line) => line.replace(/^[\s*-]+/, '').trim())
      .filter((line) => line !== '' && !/^[{}[\]"`]/.test(line));
    return { ...emptySummary, settled: [], facts: facts.slice(0, linesMax) };
  }
};

/** What messages add to the summary of a conversation, told by the model, or by rule where there is none. Throws ModelError. */
export const createDigest =
  ({ model, prompt, answerMs }: { model: Model; prompt: Prompt; answerMs: number }) =>
  async (
    owner: ConversationRef,
    summary: Summary,
    messages: readonly ModelMessage[],
    signal: AbortSignal,
  ): Promise<SummaryChange> => {
    if (model.extractive || messages.length === 0) return digestByRule(messages);
    const said = messages
      .map((message) => `${message.role === 'user' ? 'Person' : 'Assistant'}: ${message.text}`)
      .join('\n');
    const text = `Notes so far:\n${JSON.stringify(summary)}\n\nMessages:\n${said}` as GuardedText;
    let answer = '';
    const request: ModelRequest = {
      payer: { ...owner, turn: null, purpose: 'summary' },
      isLastTry: false,
      isMoneyShort: false,
      system: prompt.render({}),
      maxTokens: prompt.maxTokens,
      question: text,
      asked: text,
      passages: [],
      numbers: [],
      images: [],
      messages: [{ role: 'user', text }],
    };
    const stream = model.answer(request, AbortSignal.any([AbortSignal.timeout(answerMs), signal]));
    for await (const delta of stream) answer += delta;
    return readAnswer(answer);
  };
