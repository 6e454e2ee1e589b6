import { combine, hashOf, placeIn } from './feature-hash.ts';
import { normalize } from './normalize.ts';

/** Places a feature may hash to: few enough for the weights to be a small file, enough that collisions cost little. */
export const featureCount = 2 ** 16;

const tokensMax = 1500;
const gramLength = 4;

const kind = { word: 1, pair: 2, skip: 3, gram: 4 } as const;

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
 * are what is left of a word that is misspelled or of another language. Each counts as often as it occurs.
 */
export const featuresOf = (tokens: readonly string[]): number[] => {
  const places: number[] = [];
  const add = (of: number, hash: number): void => void places.push(placeIn(combine(of, hash), featureCount));
  const hashes = tokens.map((token) => hashOf(token));
  for (const [index, token] of tokens.entries()) {
    const hash = hashes[index] ?? 0;
    const next = hashes[index + 1];
    const afterNext = hashes[index + 2];
    add(kind.word, hash);
    if (next !== undefined) add(kind.pair, combine(hash, next));
    if (afterNext !== undefined) add(kind.skip, combine(hash, afterNext));
    if (token.length < gramLength) continue;
    const padded = `^${token}$`;
    for (let at = 0; at + gramLength <= padded.length; at += 1) add(kind.gram, hashOf(padded, at, at + gramLength));
  }
  return places;
};
