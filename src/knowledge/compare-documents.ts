import { sentencesOf } from './sentences.ts';
import { terms } from './terms.ts';

export interface Page {
  readonly document: string;
  readonly title: string;
  readonly text: string;
}

export interface Duplicate {
  readonly one: string;
  readonly other: string;
  /** Of the shorter one, how much also stands in the other, between 0 and 1. */
  readonly share: number;
}

export interface Contradiction {
  readonly one: { readonly document: string; readonly sentence: string };
  readonly other: { readonly document: string; readonly sentence: string };
}

/** Words in a row that are compared: fewer stand side by side by chance. */
const shingleLength = 4;
const shinglesMin = 8;
const duplicateMin = 0.5;
/** What stands in more documents than this is what all of them say at their end. */
const commonMin = 20;

/** Documents of which one says much of what the other does, the most alike first. */
export const findDuplicates = (pages: readonly Page[]): Duplicate[] => {
  const shingles = new Map<string, Set<string>>();
  for (const [document, parts] of Map.groupBy(pages, (page) => page.document)) {
    const words = terms(parts.map(({ text }) => text).join('\n'));
    const own = words.slice(0, Math.max(0, words.length - shingleLength + 1));
    shingles.set(document, new Set(own.map((_, at) => words.slice(at, at + shingleLength).join(' '))));
  }
  const holders = new Map<string, string[]>();
  for (const [document, own] of shingles)
    for (const shingle of own) holders.set(shingle, [...(holders.get(shingle) ?? []), document]);
  const shared = new Map<string, number>();
  for (const documents of holders.values()) {
    if (documents.length < 2 || documents.length > commonMin) continue;
    for (const [at, one] of documents.entries())
      for (const other of documents.slice(at + 1)) {
        const pair = JSON.stringify([one, other]);
        shared.set(pair, (shared.get(pair) ?? 0) + 1);
      }
  }
  return [...shared]
    .flatMap(([pair, count]): Duplicate[] => {
      const [one, other] = JSON.parse(pair) as [string, string];
      const least = Math.min(shingles.get(one)?.size ?? 0, shingles.get(other)?.size ?? 0);
      return least >= shinglesMin && count / least >= duplicateMin ? [{ one, other, share: count / least }] : [];
    })
    .toSorted((a, b) => b.share - a.share);
};

interface Claim {
  readonly document: string;
  readonly sentence: string;
  readonly terms: ReadonlySet<string>;
  readonly figures: ReadonlySet<string>;
}

const figurePattern = /^\d[\d.,:]*$/;
const claimTermsMin = 3;
/** Of all their words, those that two sentences about the same share. */
const sameSubjectMin = 0.75;

const toClaims = ({ document, title, text }: Page): Claim[] =>
  text
    .split('\n')
    .flatMap((line) => sentencesOf(line))
    .flatMap((sentence): Claim[] => {
      const words = terms(sentence.replaceAll(/[*_`#|>[\]()]/g, ' '));
      const figures = new Set(words.filter((word) => figurePattern.test(word)));
      const own = new Set(words.filter((word) => !figurePattern.test(word)));
      if (figures.size === 0 || own.size < claimTermsMin) return [];
      // "It takes 5 days" says of what only in its title.
      for (const term of own.size < 2 * claimTermsMin ? terms(title) : []) own.add(term);
      return [{ document, sentence: sentence.trim().replaceAll(/\s+/g, ' '), terms: own, figures }];
    });

const isWithin = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].every((value) => other.has(value));

/** Sentences of two documents that say the same with other figures: one of them is likely to be wrong. */
export const findContradictions = (pages: readonly Page[]): Contradiction[] => {
  const claims = pages.flatMap(toClaims);
  const holders = new Map<string, number[]>();
  for (const [index, claim] of claims.entries())
    for (const term of claim.terms) holders.set(term, [...(holders.get(term) ?? []), index]);
  const found: Contradiction[] = [];
  for (const [index, claim] of claims.entries()) {
    const shared = new Map<number, number>();
    for (const term of claim.terms)
      for (const other of holders.get(term) ?? []) if (other > index) shared.set(other, (shared.get(other) ?? 0) + 1);
    for (const [at, count] of shared) {
      const other = claims[at]!;
      const all = claim.terms.size + other.terms.size - count;
      if (other.document === claim.document || count / all < sameSubjectMin) continue;
      if (isWithin(claim.figures, other.figures) || isWithin(other.figures, claim.figures)) continue;
      found.push({
        one: { document: claim.document, sentence: claim.sentence },
        other: { document: other.document, sentence: other.sentence },
      });
    }
  }
  return found;
};
