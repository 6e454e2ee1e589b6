import curve from './support-curve.json' with { type: 'json' };

import { detectLanguage } from './language.ts';
import { removedLink } from './links.ts';

/** The subject words of a text, as they are compared: without endings, and without words that say nothing. */
export type Terms = (text: string) => readonly string[];

/** "Sure.", "Yes, that works.": nothing that a page would have to say. */
const termsMin = 3;

/** What is said to be polite, and what an assistant says of itself; what it must not claim to do is another check's matter. */
const courtesy =
  /^\W*(?:i\b|i['’]|sorry\b|thank|thanks\b|glad\b|happy to\b|sure\b|of course\b|you['’]?re welcome\b|let me know\b|feel free\b|hope\b|hello\b|hi\b|good (?:morning|day|evening)\b|would you like\b|please (?:tell|let|ask|give|share)\b|ich\b|es tut mir leid\b|tut mir leid\b|danke\b|gern|natürlich\b|hallo\b|bitte (?:sagen|teilen|nennen)\b|lo siento\b|siento\b|gracias\b|puedo\b|espero\b|hola\b|claro\b|con gusto\b|je\b|j['’]|désolé|merci\b|bonjour\b|bien sûr\b|n['’]hésitez pas\b)/iu;

const isQuestion = /[?？]["'”’)\]*_\s]*$/u;
/** None of it is a word of the sentence: citations, stand-ins for personal data, addresses. */
const notWords = /\[\d{1,3}\]|\[[A-Z_]+(?:_\d+)?\]|https?:\/\/\S+/g;

const toWords = (text: string): string =>
  text
    .replaceAll(removedLink, ' ')
    .replaceAll(notWords, ' ')
    .replaceAll(/[*_`#>|]/g, ' ');

export interface Sources {
  /** Between 0 and 1: how much of what a sentence is about one place of a source says. Null for what needs no source, or cannot be compared. */
  supportOf(sentence: string): number | null;
  /** The texts of the sources that a sentence may be from: those that say about as much of it as the best one; all where it cannot be compared. */
  nearestTo(sentence: string): readonly string[];
}

export interface Source {
  /** What stands above the text and holds for all of it. */
  readonly title: string;
  readonly text: string;
}

/** Sentences side by side that may be told together as one. */
const windowSentences = 3;
const sentenceEnds = /(?<=[.!?…])\s+|\n+/;

/** The places of a source: a few sentences each, with what stands above them. */
const toPlaces = ({ title, text }: Source, terms: Terms): ReadonlySet<string>[] => {
  const above = terms(toWords(title));
  const sentences = text.split(sentenceEnds).map((sentence) => terms(toWords(sentence)));
  const count = Math.max(1, sentences.length - windowSentences + 1);
  return Array.from(
    { length: count },
    (_, from) => new Set([...above, ...sentences.slice(from, from + windowSentences).flat()]),
  );
};

/** A source that says less of a sentence than this share of what the best one does is about something else. */
const nearShare = 0.75;

/** What sentences are compared with. Words are compared, so that another language than that of the sources is left alone. */
export const createSources = (sources: readonly Source[], said: readonly string[], terms: Terms): Sources => {
  const make = () => {
    const places = sources.map((source) => toPlaces(source, terms));
    const all = places.flat();
    const frequency = new Map<string, number>();
    for (const place of all) for (const term of place) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    return {
      places,
      heard: new Set(said.flatMap((text) => terms(toWords(text)))),
      language: detectLanguage(sources.map(({ text }) => text).join('\n')),
      // What stands in few places says the most; what stands in none is the strongest sign that no source says it.
      weightOf: (term: string) => Math.log(1 + (all.length + 1) / ((frequency.get(term) ?? 0) + 0.5)),
    };
  };
  let made: ReturnType<typeof make> | null = null;

  /** Of each source, how much of a sentence its best place says; null where that cannot be told. */
  const compare = (sentence: string): { readonly each: readonly number[]; readonly heard: number } | null => {
    const words = toWords(sentence);
    const own = [...new Set(terms(words))];
    if (own.length < termsMin) return null;
    const { places, heard, language, weightOf } = (made ??= make());
    const spoken = detectLanguage(words);
    if (language !== 'und' && spoken !== 'und' && spoken !== language) return null;
    const sum = (some: readonly string[]): number => some.reduce((total, term) => total + weightOf(term), 0);
    const whole = sum(own);
    const sayOf = (place: ReadonlySet<string>): number =>
      sum(own.filter((term) => place.has(term) || heard.has(term))) / whole;
    return {
      each: places.map((some) => Math.max(...some.map(sayOf))),
      heard: sum(own.filter((term) => heard.has(term))) / whole,
    };
  };

  return {
    supportOf: (sentence) => {
      if (isQuestion.test(sentence) || courtesy.test(sentence)) return null;
      const found = compare(sentence);
      return found && Math.max(found.heard, ...found.each);
    },
    nearestTo: (sentence) => {
      const found = compare(sentence);
      const best = Math.max(0, ...(found?.each ?? []));
      return sources.flatMap(({ text }, index) =>
        found === null || (found.each[index] ?? 0) >= best * nearShare ? text : [],
      );
    },
  };
};

export interface CurvePoint {
  /** Sentences with at least this support are said. */
  readonly least: number;
  /** Shares, on the labelled set, of right sentences that are then said, and of wrong ones that are said all the same. */
  readonly kept: number;
  readonly missed: number;
}

/** Measured on sentences that are labelled right and wrong (bench/golden), by `npm run eval -- answers --write`. */
export const supportCurve: readonly CurvePoint[] = curve;

/**
 * The least support with which at most this share of what is said is wrong, where this share of what a model writes is
 * (`wrongBefore`). Where none does, that with which the fewest are.
 */
export const leastSupport = (
  wrongMax: number,
  wrongBefore: number,
  points: readonly CurvePoint[] = supportCurve,
): number => {
  const wrongOf = ({ kept, missed }: CurvePoint): number => {
    const [right, wrong] = [(1 - wrongBefore) * kept, wrongBefore * missed];
    return wrong === 0 ? 0 : wrong / (right + wrong);
  };
  const enough = points.find((point) => wrongOf(point) <= wrongMax);
  const best = points.toSorted((one, other) => wrongOf(one) - wrongOf(other))[0];
  return (enough ?? best)?.least ?? 0;
};
