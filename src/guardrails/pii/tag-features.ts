import { combine, hashOf, placeIn } from '../feature-hash.ts';
import { flagsOf, word } from './lexicon.ts';

/** A word, a run of digits, or one mark. */
export interface TextToken {
  readonly text: string;
  readonly lower: string;
  readonly start: number;
  readonly end: number;
  /** Letters as they stand in it: `Xx`, `xx`, `XX`, `X.`, `9` and how many, or the mark itself. */
  readonly shape: string;
  readonly flags: number;
  /** It begins a sentence, where every word has a capital. */
  readonly isFirst: boolean;
}

const shapeOf = (text: string): string => {
  if (/^\d/.test(text)) return `9${Math.min(6, text.length)}`;
  if (!/^\p{L}/u.test(text)) return text;
  if (/^\p{Lu}\.?$/u.test(text)) return 'X.';
  if (/^[\p{Lu}\p{M}'’.-]+$/u.test(text)) return 'XX';
  if (/^\p{Lu}/u.test(text)) return 'Xx';
  return 'xx';
};

export const toTokens = (text: string): TextToken[] => {
  const tokens: TextToken[] = [];
  let isFirst = true;
  for (const match of text.matchAll(/\p{L}[\p{L}\p{M}]*(?:['’-]\p{L}[\p{L}\p{M}]*)*|\d+|[^\s\p{L}\p{M}\d]|\n/gu)) {
    const [found] = match;
    const lower = found.toLowerCase().replaceAll('’', "'");
    const possessive = lower.endsWith("'s") ? 2 : 0;
    const bare = lower.slice(0, lower.length - possessive);
    tokens.push({
      text: found.slice(0, found.length - possessive),
      lower: bare,
      start: match.index,
      end: match.index + found.length - possessive,
      shape: shapeOf(found.slice(0, found.length - possessive)),
      flags: flagsOf(bare),
      isFirst,
    });
    isFirst = /[.!?:\n"“>*|-]/.test(found) || (isFirst && !/[\p{L}\d]/u.test(found));
  }
  return tokens;
};

export const tags = ['none', 'name', 'address'] as const;
export type Tag = (typeof tags)[number];

export const tagFeatureCount = 2 ** 16;

/** A token as its features see it, in numbers. */
interface Seen {
  readonly word: number;
  readonly shape: number;
  readonly flags: number;
  /** Shape and flags. */
  readonly look: number;
  /** From beside it: an ordinary word by itself, others by what they look like, or every name would be learned. */
  readonly beside: number;
}

const seeToken = ({
  lower,
  shape,
  flags,
}: {
  readonly lower: string;
  readonly shape: string;
  readonly flags: number;
}): Seen => {
  const wordHash = hashOf(lower);
  const shapeHash = hashOf(shape);
  const look = combine(shapeHash, flags);
  const isPlain = (flags & ~word.ordinary) === 0 && shape === 'xx';
  return { word: wordHash, shape: shapeHash, flags, look, beside: isPlain ? wordHash : look };
};

const edge = seeToken({ lower: '^', shape: '^', flags: 0 });

/** A text as its features see it. */
export interface SeenText {
  readonly tokens: readonly TextToken[];
  readonly seen: readonly Seen[];
  /** People who write without capitals give no sign by them. */
  readonly hasCapitals: boolean;
  readonly isShort: boolean;
}

export const seeText = (tokens: readonly TextToken[]): SeenText => ({
  tokens,
  seen: tokens.map(seeToken),
  hasCapitals: tokens.some(({ shape }) => shape === 'Xx'),
  isShort: tokens.length <= 6,
});

/** After these words a name may come that looks like any word. */
const introductions = new Set(
  "is am i'm im name named called mr mrs ms miss dr hi hello hey dear by from me ist bin heiße soy llamo es suis m'appelle".split(
    ' ',
  ),
);

/** Whether it can belong to a name or an address at all: most words of a message cannot, and need not be looked at closer. */
export const isCandidate = ({ tokens }: SeenText, index: number, before: Tag): boolean => {
  const { shape, flags } = tokens[index] ?? { shape: '', flags: 0 };
  if (before !== 'none' || shape !== 'xx' || (flags & ~word.ordinary) !== 0)
    return /[X9x]/.test(shape) || before !== 'none';
  return tokens.length <= 4 || introductions.has(tokens[index - 1]?.lower ?? '');
};

const tagHash: Readonly<Record<Tag, number>> = { none: 11, name: 12, address: 13 };

/**
 * What tells whether the token at an index belongs to a name or an address. `own` are the features of the word itself, which
 * training leaves out for most names, so that it is the surroundings and the lexicon that are learned.
 */
export const tagFeatures = (
  { tokens, seen, hasCapitals, isShort }: SeenText,
  index: number,
  before: Tag,
  beforeThat: Tag,
): { readonly own: number[]; readonly around: number[] } => {
  const { lower, isFirst } = tokens[index] ?? { lower: '', isFirst: false };
  const here = seen[index] ?? edge;
  const one = seen[index - 1] ?? edge;
  const two = seen[index - 2] ?? edge;
  const three = seen[index - 3] ?? edge;
  const next = seen[index + 1] ?? edge;
  const afterNext = seen[index + 2] ?? edge;
  const sign = combine(here.shape, (isFirst ? 1 : 0) + (hasCapitals ? 2 : 0));
  const tag = tagHash[before];
  let of = 0;
  const place = (hash: number): number => placeIn(combine((of += 1), hash), tagFeatureCount);
  const around = [
    1,
    here.look,
    combine(sign, here.flags),
    tag,
    combine(tag, tagHash[beforeThat]),
    combine(tag, here.look),
    combine(combine(tag, one.beside), sign),
    one.word,
    combine(one.word, sign),
    combine(one.word, here.flags),
    combine(two.word, one.word),
    combine(combine(two.word, one.word), sign),
    combine(combine(three.word, two.word), one.word),
    combine(two.word, sign),
    next.word,
    combine(next.word, sign),
    combine(next.beside, here.look),
    combine(next.word, afterNext.word),
    combine(afterNext.word, sign),
    combine(one.look, here.look),
    combine(here.look, next.look),
    combine(combine(one.shape, here.shape), combine(next.shape, next.flags > 0 ? 1 : 0)),
    combine(combine(here.flags, next.flags), one.flags),
    combine(isShort ? 1 : 2, here.look),
  ].map(place);
  const own = [
    here.word,
    combine(here.word, sign),
    combine(hashOf(lower, Math.max(0, lower.length - 3)), here.shape),
    combine(hashOf(lower, Math.max(0, lower.length - 4)), here.shape),
    combine(hashOf(lower, 0, Math.min(3, lower.length)), here.shape),
    combine(here.word, next.word),
  ].map(place);
  return { own, around };
};
