import { type Claim, findClaim, mayClaim } from './claims.ts';

/** Characters of a sentence that are held back at the most; what is longer is judged in pieces, cut between words. */
const sentenceLengthMax = 400;
/** With the blank behind it: only with it is it known that the sentence has ended. */
const sentenceEnd = /[.!?…。！？]["'”’)\]*_]*\s|\n/u;

export interface ClaimCheck {
  push(text: string): string;
  end(): string;
  readonly found: readonly Claim[];
}

const cutOf = (pending: string): number | null => {
  const end = sentenceEnd.exec(pending.slice(0, sentenceLengthMax));
  if (end) return end.index + end[0].length;
  if (pending.length < sentenceLengthMax) return null;
  const blank = pending.lastIndexOf(' ', sentenceLengthMax - 1);
  return blank > 0 ? blank : sentenceLengthMax;
};

/**
 * Lets sentences out one by one; one that claims what it must not is exchanged for words of ours, which are said once. The same for
 * every way of cutting the text into pieces.
 */
export const createClaimCheck = (passages: readonly string[], instead: (claim: Claim) => string): ClaimCheck => {
  let pending = '';
  const found: Claim[] = [];
  const said = new Set<string>();

  const judge = (sentence: string): string => {
    const claim = findClaim(sentence);
    if (!claim || mayClaim(claim, sentence, passages)) return sentence;
    found.push(claim);
    const words = instead(claim);
    const [, before = '', after = ''] = /^(\s*)[\s\S]*?(\s*)$/.exec(sentence) ?? [];
    if (said.has(words)) return before === '' ? '' : before + after;
    said.add(words);
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
    found,
  };
};
