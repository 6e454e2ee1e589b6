import type { Passage } from '#core/knowledge.ts';
import { type Model, noUsage } from '#core/model.ts';

/** The best sentences of the passages for a question, by index of the passage; null when none covers it. */
export type Extract = (
  question: string,
  passages: readonly Passage[],
) => { quotes: readonly { readonly passage: number; readonly text: string }[] } | null;

export interface ExtractiveTexts {
  readonly greeting: string;
  readonly found: string;
  readonly notFound: string;
}

const greeting =
  /^\W*(?:(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening)|thanks?(?: you)?|thx|great|perfect|ok(?:ay)?|cool|bye|there|everyone|all|so much|very much|a lot|for your help)\W*){1,4}$/i;

/** Nothing but a greeting or thanks, in a few words. */
export const isGreeting = (text: string): boolean => greeting.test(text);

/** A table row or a fence: what is written behind it on its line becomes part of it. */
const endsInBlock = /(?:\||`{3,}|~{3,})$/;

/** Answers without a language model: quotes what the passages say, says so, and cites. */
export const createExtractive = ({
  extract,
  textsFor,
}: {
  readonly extract: Extract;
  /** In the language of what is asked. */
  readonly textsFor: (asked: string) => ExtractiveTexts;
}): Model => ({
  name: 'extractive',
  extractive: true,
  reads: 'nothing',
  answer: async function* (request) {
    const texts = textsFor(request.asked);
    const found = isGreeting(request.asked) ? null : extract(request.asked, request.passages);
    if (isGreeting(request.asked)) yield texts.greeting;
    else if (!found) yield texts.notFound;
    else {
      yield `${texts.found}\n\n`;
      for (const quote of found.quotes) {
        const text = quote.text.trimEnd();
        yield text;
        yield `${endsInBlock.test(text) ? '\n\n' : ' '}[${quote.passage + 1}]\n\n`;
      }
    }
    return { model: 'extractive', usage: noUsage, stopReason: 'end' };
  },
});
