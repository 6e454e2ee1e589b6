import { stem } from './stem.ts';

/** Dimensions of a vector; pgvector allows a `sparsevec` no more. */
const vectorDimensions = 1_000_000_000;
/** The largest prime below it, so that hashes spread evenly. */
const hashModulus = 999_999_937;

/** Changes when the same text would give other terms, so that stored vectors are made again. */
export const termsVersion = 1;

/** BM25's saturation of repeated terms and its normalization by length: the usual values. */
const saturation = 1.2;
const lengthNormalization = 0.75;

const words = new Intl.Segmenter('en', { granularity: 'word' });

/** English words that say nothing about a subject. */
const stopWords = new Set(
  `a about am an and any are as at be been being but by can could did do does doing for from get got had has have having he
  hello her here hi him his how i if in into is it its just let like may me might my need of on or our please she should so
  some such than thank thanks that the their them then there these they this those to too us want was we were what when
  where which who whom whose why will with would you your`.split(/\s+/),
);

/** Weights by dimension; dimensions count from 1. */
export interface SparseVector {
  readonly weights: ReadonlyMap<number, number>;
  /** pgvector's text form, `{3:0.5,17:1.25}/1000000000`. */
  toSparsevec(): string;
}

/**
 * The index terms of a text in any language, in order and with repetitions: words as Unicode divides them (Chinese,
 * Japanese and Thai by dictionary), in lower case, without English stop words, English endings cut off.
 */
export function terms(text: string): string[] {
  const found: string[] = [];
  const normal = text.normalize('NFKC').toLowerCase().replace(/[’‘]/g, "'").replace(/_/g, ' ');
  for (const { segment, isWordLike } of words.segment(normal)) {
    if (!isWordLike) continue;
    // "1,500" is written "1500" as well; "customer's" and "customers'" are about a customer.
    const word = segment
      .replace(/(?<=\d),(?=\d{3})/g, '')
      .replace(/'(?:s|re|ve|ll|d|m)?$/, '')
      .replace(/n't$/, '');
    if (word !== '' && !stopWords.has(word)) found.push(stem(word));
  }
  return found;
}

/**
 * The document side of BM25: how much each term says about a passage. `averageLength` is the number of terms in an
 * average passage. The inner product with {@link queryVector} is the BM25 score.
 */
export function documentVector(passageTerms: readonly string[], averageLength: number): SparseVector {
  const counts = new Map<string, number>();
  for (const term of passageTerms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const relativeLength = passageTerms.length / Math.max(1, averageLength);
  const damping = saturation * (1 - lengthNormalization + lengthNormalization * relativeLength);
  return sparseVector(counts, (count) => (count * (saturation + 1)) / (count + damping));
}

/**
 * The query side of BM25: how rare each term of the question is among `passages` passages. Terms no passage holds are
 * left out.
 */
export function queryVector(
  questionTerms: readonly string[],
  documentFrequency: ReadonlyMap<string, number>,
  passages: number,
): SparseVector {
  const frequencies = new Map<string, number>();
  for (const term of questionTerms) {
    const frequency = documentFrequency.get(term);
    if (frequency !== undefined && frequency > 0) frequencies.set(term, frequency);
  }
  return sparseVector(frequencies, (frequency) => inverseFrequency(frequency, passages));
}

/** BM25's inverse document frequency, never negative. */
export const inverseFrequency = (frequency: number, passages: number): number =>
  Math.log(1 + (Math.max(passages, frequency) - frequency + 0.5) / (frequency + 0.5));

/** The dimension of a term: FNV-1a of its UTF-16 units, from 1 to 999,999,937. */
export function termDimension(term: string): number {
  let hash = 2_166_136_261;
  for (let index = 0; index < term.length; index += 1) hash = Math.imul(hash ^ term.charCodeAt(index), 16_777_619);
  return ((hash >>> 0) % hashModulus) + 1;
}

function sparseVector(counts: ReadonlyMap<string, number>, weigh: (count: number) => number): SparseVector {
  const weights = new Map<number, number>();
  for (const [term, count] of counts) {
    const dimension = termDimension(term);
    weights.set(dimension, (weights.get(dimension) ?? 0) + weigh(count));
  }
  return {
    weights,
    toSparsevec() {
      const entries = [...weights].toSorted(([a], [b]) => a - b);
      return `{${entries.map(([dimension, weight]) => `${dimension}:${weight.toFixed(4)}`).join(',')}}/${vectorDimensions}`;
    },
  };
}
