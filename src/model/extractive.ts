import type { Passage } from '#core/knowledge.ts';
import { type Model, noUsage } from '#core/model.ts';

/** The best sentences of the passages for a question, by index of the passage; null when none covers it. */
export type Extract = (
  question: string,
  passages: readonly Passage[],
) => { quotes: readonly { readonly passage: number; readonly text: string }[] } | null;

export interface ExtractiveTexts {
  readonly found: string;
  readonly notFound: string;
}

/** Answers without a language model: quotes what the passages say, says so, and cites. */
export const createExtractive = ({ extract, texts }: { extract: Extract; texts: ExtractiveTexts }): Model => ({
  name: 'extractive',
  extractive: true,
  answer: async function* (request) {
    const found = extract(request.question, request.passages);
    if (!found) yield texts.notFound;
    else {
      yield `${texts.found}\n\n`;
      for (const quote of found.quotes) {
        yield quote.text.trimEnd();
        yield ` [${quote.passage + 1}]\n\n`;
      }
    }
    return { model: 'extractive', usage: noUsage, stopReason: 'end' };
  },
});
