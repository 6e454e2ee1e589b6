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

const placeOf = (feature: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < feature.length; index += 1) {
    hash ^= feature.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash ^ (hash >>> 16)) & (tagFeatureCount - 1);
};

const edge = { lower: '^', shape: '^', flags: 0 } as const;

/** What a whole text says about each of its words. */
export interface TextTraits {
  /** People who write without capitals give no sign by them. */
  readonly hasCapitals: boolean;
  readonly isShort: boolean;
}

export const traitsOf = (tokens: readonly TextToken[]): TextTraits => ({
  hasCapitals: tokens.some(({ shape }) => shape === 'Xx'),
  isShort: tokens.length <= 6,
});

/** How a word is seen from beside it: ordinary words by themselves, others by what they look like, or every name would be learned. */
const besideOf = ({
  lower,
  shape,
  flags,
}: {
  readonly lower: string;
  readonly shape: string;
  readonly flags: number;
}): string => ((flags & ~word.ordinary) === 0 && shape === 'xx' ? lower : `${shape}/${flags}`);

/**
 * What tells whether the token at an index belongs to a name or an address. `own` are the features of the word itself, which
 * training leaves out for most names, so that it is the surroundings and the lexicon that are learned.
 */
export const tagFeatures = (
  tokens: readonly TextToken[],
  index: number,
  before: Tag,
  beforeThat: Tag,
  traits: TextTraits,
): { readonly own: number[]; readonly around: number[] } => {
  const here = tokens[index] ?? { ...edge, text: '', isFirst: false };
  const one = tokens[index - 1] ?? edge;
  const two = tokens[index - 2] ?? edge;
  const three = tokens[index - 3] ?? edge;
  const next = tokens[index + 1] ?? edge;
  const afterNext = tokens[index + 2] ?? edge;
  const look = `${here.shape}/${here.flags}`;
  const sign = `${here.shape}${here.isFirst ? '!' : ''}${traits.hasCapitals ? '' : '_'}`;
  const around = [
    'b',
    `l${look}`,
    `s${sign}/${here.flags}`,
    `t${before}`,
    `t${before}/${beforeThat}`,
    `t${before}/${look}`,
    `tp${before}/${besideOf(one)}/${sign}`,
    `p${one.lower}`,
    `pl${one.lower}/${sign}`,
    `pf${one.lower}/${here.flags}`,
    `pp${two.lower} ${one.lower}`,
    `pps${two.lower} ${one.lower}/${sign}`,
    `ppp${three.lower} ${two.lower} ${one.lower}`,
    `q${two.lower}/${sign}`,
    `n${next.lower}`,
    `nl${next.lower}/${sign}`,
    `ns${besideOf(next)}/${look}`,
    `nn${next.lower} ${afterNext.lower}`,
    `m${afterNext.lower}/${sign}`,
    `c${one.shape}/${one.flags}/${look}`,
    `d${look}/${next.shape}/${next.flags}`,
    `e${one.shape}/${here.shape}/${next.shape}/${next.flags > 0}`,
    `f${here.flags}/${next.flags}/${one.flags}`,
    `x${traits.isShort}/${look}`,
  ];
  const own = [
    `w${here.lower}`,
    `ws${here.lower}/${sign}`,
    `u3${here.lower.slice(-3)}/${here.shape}`,
    `u4${here.lower.slice(-4)}/${here.shape}`,
    `v3${here.lower.slice(0, 3)}/${here.shape}`,
    `wn${here.lower} ${next.lower}`,
  ];
  return { own: own.map(placeOf), around: around.map(placeOf) };
};
