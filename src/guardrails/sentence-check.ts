import { type Claim, findClaim, mayClaim } from './claims.ts';
import { createCitationRepair } from './citation-repair.ts';
import { figuresIn, foreignFigures, knownFigures } from './figures.ts';

/** Why a sentence must not be said: it repeats the system prompt, claims something, has a figure that stands nowhere, or no source says it. */
export type Fault = 'prompt' | Claim | 'figure' | 'unsupported';

/** Characters of a sentence that are held back at the most; what is longer is judged in pieces, cut between words. */
const sentenceLengthMax = 400;
/** With the blank behind it: only with it is it known that the sentence has ended. */
const sentenceEnd = /[.!?…。！？]["'”’)\]*_]*\s|\n/u;
/** "Dr. ", "5 p.m. " and "1. " end no sentence. */
const abbreviated =
  /(?:^|[\s(])(?:\p{L}|\d{1,2}|dr|mr|mrs|ms|no|nr|art|approx|ca|e\.g|i\.e|z\.b|p\.m|a\.m|etc|vs|st|ext|tel)\.\s$/iu;

const isQuestion = /[?？]["'”’)\]*_\s]*$/u;

export interface SentenceCheck {
  push(text: string): string;
  end(): string;
}

const cutOf = (pending: string): number | null => {
  const held = pending.slice(0, sentenceLengthMax);
  for (let from = 0; ;) {
    const end = sentenceEnd.exec(held.slice(from));
    if (!end) break;
    const cut = from + end.index + end[0].length;
    if (end[0] === '\n' || !abbreviated.test(held.slice(0, cut))) return cut;
    from = cut;
  }
  if (pending.length < sentenceLengthMax) return null;
  const blank = pending.lastIndexOf(' ', sentenceLengthMax - 1);
  return blank > 0 ? blank : sentenceLengthMax;
};

export interface SentenceRules {
  /** What a promise may lean on: passages and files. */
  readonly passages: readonly string[];
  /** Where else a figure may be from: what the person said. */
  readonly said: readonly string[];
  /** Whether a text repeats the system prompt. */
  readonly isPrompt: (text: string) => boolean;
  /** The texts that a sentence may be from: its figures have to stand there; in any passage where it is absent. */
  readonly nearestTo?: (sentence: string) => readonly string[];
  /** Whether no source says a sentence; absent where that is not looked at. */
  readonly isUnsupported?: (sentence: string) => boolean;
  /** Our own words in place of a sentence, which are said once in an answer; null where it may be said all the same. */
  readonly instead: (fault: Fault) => string | null;
}

/**
 * Lets sentences out one by one; one that says what it must not is exchanged for words of ours. The same for every way of cutting
 * the text into pieces.
 */
export const createSentenceCheck = (rules: SentenceRules): SentenceCheck => {
  const { passages, said, isPrompt, instead, isUnsupported = () => false, nearestTo } = rules;
  const known = knownFigures([...passages, ...said]);
  const cite = createCitationRepair(rules);
  const used = new Set<string>();
  let pending = '';

  const hasForeignFigure = (sentence: string): boolean => {
    if (foreignFigures(sentence, known).length > 0) return true;
    // Known, but of something else: "it takes 30 days" where another page has 30 days of something else.
    return (
      nearestTo !== undefined &&
      figuresIn(sentence).length > 0 &&
      foreignFigures(sentence, knownFigures([...nearestTo(sentence), ...said])).length > 0
    );
  };

  const faultOf = (sentence: string): Fault | null => {
    if (isPrompt(sentence)) return 'prompt';
    const claim = findClaim(sentence);
    if (claim && !mayClaim(claim, sentence, passages)) return claim;
    // A question says nothing: "the last four digits of your number?"
    if (!isQuestion.test(sentence) && hasForeignFigure(sentence)) return 'figure';
    return isUnsupported(sentence) ? 'unsupported' : null;
  };

  const judge = (sentence: string): string => {
    const fault = faultOf(sentence);
    const words = fault && instead(fault);
    if (words === null) return cite(sentence);
    const [, before = '', after = ''] = /^(\s*)[\s\S]*?(\s*)$/.exec(sentence) ?? [];
    if (used.has(words)) return after.includes('\n') ? after : '';
    used.add(words);
    return before + words + after;
  };

  return {
    push: (text) => {
      pending += text;
      let released = '';
      for (let cut = cutOf(pending); cut !== null; cut = cutOf(pending)) {
        released += judge(pending.slice(0, cut));
        pending = pending.slice(cut);
      }
      return released;
    },
    end: () => {
      const rest = pending === '' ? '' : judge(pending);
      pending = '';
      return rest;
    },
  };
};
