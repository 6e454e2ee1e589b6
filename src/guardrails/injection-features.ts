import { normalize } from './normalize.ts';

/** Places a feature may hash to: few enough for the weights to be a small file, enough that collisions cost little. */
export const featureCount = 2 ** 16;

const tokensMax = 1500;
const gramLength = 4;

/** FNV-1a, folded to the number of places. */
const placeOf = (feature: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < feature.length; index += 1) {
    hash ^= feature.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return (hash ^ (hash >>> 16)) & (featureCount - 1);
};

/** Words in lower case, figures as one sign, and the punctuation that orders are set off with. */
export const tokensOf = (text: string): string[] =>
  (
    normalize(text)
      .text.toLowerCase()
      .replaceAll(/\d+/g, '0')
      .match(/[\p{L}\p{M}'’]+|0|[!?:;"<>{}[\]|#*_=-]+/gu) ?? []
  ).slice(0, tokensMax);

/**
 * What a run of tokens is judged by: its words, pairs of neighbours, pairs with one word between, and runs of four letters, which
 * are what is left of a word that is misspelled or of another language. Each counts once.
 */
export const featuresOf = (tokens: readonly string[]): number[] => {
  const places = new Set<number>();
  for (const [index, token] of tokens.entries()) {
    places.add(placeOf(`w${token}`));
    const next = tokens[index + 1];
    const afterNext = tokens[index + 2];
    if (next !== undefined) places.add(placeOf(`p${token} ${next}`));
    if (afterNext !== undefined) places.add(placeOf(`s${token} ${afterNext}`));
    if (token.length < gramLength) continue;
    const padded = `^${token}$`;
    for (let at = 0; at + gramLength <= padded.length; at += 1)
      places.add(placeOf(`g${padded.slice(at, at + gramLength)}`));
  }
  return [...places];
};
