import type { Model, ModelMessage, ModelRequest } from '#core/model.ts';
import type { ConversationRef, GuardedText } from '#core/turn.ts';

import type { Prompt } from './prompts.ts';

const linesMax = 40;

/** Without a language model the notes are what the person said, shortened, oldest first. */
const digestByRule = (summary: string | null, messages: readonly ModelMessage[]): string => {
  const lines = messages
    .filter((message) => message.role === 'user')
    .map((message) => `- asked: ${message.text.replaceAll(/\s+/g, ' ').slice(0, 160)}`);
  return [...(summary?.split('\n') ?? []), ...lines].slice(-linesMax).join('\n');
};

/** Folds messages into the notes on a conversation. */
export const createDigest =
  ({ model, prompt, answerMs }: { model: Model; prompt: Prompt; answerMs: number }) =>
  async (owner: ConversationRef, summary: string | null, messages: readonly ModelMessage[]): Promise<string> => {
    if (model.extractive) return digestByRule(summary, messages);
    const said = messages
      .map((message) => `${message.role === 'user' ? 'Person' : 'Assistant'}: ${message.text}`)
      .join('\n');
    const text = `Notes so far:\n${summary ?? '(none)'}\n\nMessages:\n${said}` as GuardedText;
    let notes = '';
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
    for await (const delta of model.answer(request, AbortSignal.timeout(answerMs))) notes += delta;
    return notes.trim();
  };
