import { readHead, tailOf } from './answers.ts';
import type { Shown } from './rooms.ts';

/** What the process itself may say, by what it means for the customer's questions. */
export interface Sentences {
  /** One of these is said before the first answer. */
  readonly disclosures: readonly string[];
  /** These settle the questions they follow: somebody else answers, or nobody can now. */
  readonly told: readonly string[];
  /** These say nothing about a question. */
  readonly notices: readonly string[];
}

/** Something the assistant said, made of one visible message or of several parts. */
export type Output =
  | { readonly kind: 'answer'; readonly numbers: readonly string[]; readonly parts: Shown[] }
  | { readonly kind: 'told' | 'notice' | 'unknown'; readonly parts: Shown[] };

/** Below a part of a long answer by text message; a customer asks for the rest by this word. */
export const offer = 'Reply MORE for the rest.';
export const wish = 'MORE';
/** Below a text message, and below what the assistant says on Discord. */
const hints = ['AGENT: Talk to a person', '-# 🤖 AI', offer];

export const wordsOf = ({ parts }: Output): string =>
  parts.map(({ text }) => hints.reduce((left, hint) => left.replace(hint, ''), text).trim()).join('\n');

/** The reader was told that there is more, and how to ask for it. */
export const isOffered = ({ parts }: Output): boolean => parts.at(-1)?.text.includes(offer) ?? false;

export const isEnded = (output: Output): boolean =>
  output.kind === 'answer' && wordsOf(output).includes(tailOf(output.numbers));

const begins = (text: string, sentences: readonly string[]): boolean =>
  sentences.some((sentence) => text.startsWith(sentence));

/** The assistant's messages of one room in their order, the parts of a long answer taken together. */
export const readOutputs = (shown: readonly Shown[], { disclosures, told, notices }: Sentences): Output[] => {
  const outputs: Output[] = [];
  for (const message of shown.filter((one) => one.isOurs)) {
    const text = disclosures.reduce((left, one) => left.replace(one, ''), message.text).trim();
    const found = readHead(text);
    const last = outputs.at(-1);
    if (found?.at === 0) outputs.push({ kind: 'answer', numbers: found.numbers, parts: [{ ...message, text }] });
    else if (begins(text, told)) outputs.push({ kind: 'told', parts: [message] });
    else if (begins(text, notices)) outputs.push({ kind: 'notice', parts: [message] });
    else if (last?.kind === 'answer' && !isEnded(last)) last.parts.push(message);
    else outputs.push({ kind: 'unknown', parts: [message] });
  }
  return outputs;
};
