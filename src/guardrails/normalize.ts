/** Text prepared for matching; `toOriginal` leads from an index in it back to the text it was made from (UTF-16 units). */
export interface NormalizedText {
  readonly text: string;
  /** The original index of the character at `index`; the end of the text leads to the end of the original. */
  toOriginal(index: number): number;
}

// Zero-width, bidirectional, soft hyphen, variation selectors and the tag block: none is visible, all can split or hide a word.
const invisible =
  // oxlint-disable-next-line no-misleading-character-class
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]/u;

/** True where a text carries characters that no reader sees. Emoji joiners and variation selectors do not count. */
export function hasHiddenText(text: string): boolean {
  return /[\u202A-\u202E\u2066-\u2069\u{E0020}-\u{E007E}]|[\u200B\u2060\uFEFF](?=[\s\S])/u.test(text);
}

// Cyrillic and Greek letters that look like Latin ones (Unicode confusables). In a word with Latin letters they are those.
const lookalikes = new Map(
  Object.entries({
    а: 'a',
    в: 'b',
    с: 'c',
    ԁ: 'd',
    е: 'e',
    ё: 'ë',
    һ: 'h',
    і: 'i',
    ї: 'ï',
    ј: 'j',
    к: 'k',
    ӏ: 'l',
    м: 'm',
    н: 'h',
    о: 'o',
    р: 'p',
    ԛ: 'q',
    ѕ: 's',
    т: 't',
    у: 'y',
    х: 'x',
    ԝ: 'w',
    А: 'A',
    В: 'B',
    С: 'C',
    Е: 'E',
    Н: 'H',
    І: 'I',
    Ј: 'J',
    К: 'K',
    М: 'M',
    О: 'O',
    Р: 'P',
    Ѕ: 'S',
    Т: 'T',
    Х: 'X',
    У: 'Y',
    α: 'a',
    ε: 'e',
    ι: 'i',
    κ: 'k',
    ν: 'v',
    ο: 'o',
    ρ: 'p',
    τ: 't',
    υ: 'u',
    χ: 'x',
    Α: 'A',
    Β: 'B',
    Ε: 'E',
    Ζ: 'Z',
    Η: 'H',
    Ι: 'I',
    Κ: 'K',
    Μ: 'M',
    Ν: 'N',
    Ο: 'O',
    Ρ: 'P',
    Τ: 'T',
    Υ: 'Y',
    Χ: 'X',
  }),
);
const mayLookAlike = /[\u0370-\u03FF\u0400-\u052F]/;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/**
 * NFKC, one code point at a time, without invisible characters.
 * Per code point because the map back must stay exact; a base letter and its accent are therefore not joined.
 */
export function normalize(text: string): NormalizedText {
  return normalizeWith(text, (point) => point.normalize('NFKC'), false);
}

/**
 * The same, and: digits of every script as ASCII, look-alikes as the Latin letters beside them, a blank where a script without blanks meets
 * Latin letters or digits. To find things by, never to judge an address by: what looks like an allowed host is not that host.
 */
export function normalizeLoosely(text: string): NormalizedText {
  const normalized = normalizeWith(text, (point) => toAsciiDigit(point.normalize('NFKC')), true);
  return mayLookAlike.test(normalized.text) ? { ...normalized, text: withoutLookalikes(normalized.text) } : normalized;
}

function normalizeWith(text: string, toPart: (point: string) => string, spaces: boolean): NormalizedText {
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7F]*$/.test(text)) return { text, toOriginal: (index) => Math.min(index, text.length) };
  const parts: string[] = [];
  const origins: number[] = [];
  const push = (part: string, origin: number) => {
    parts.push(part);
    for (let unit = 0; unit < part.length; unit += 1) origins.push(origin);
  };
  let index = 0;
  let wasUnspaced = false;
  let wasPlain = false;
  for (const point of text) {
    if (!invisible.test(point)) {
      const part = point < '\u0080' ? point : toPart(point);
      if (spaces) {
        const isUnspaced = part >= '\u0E00' && unspaced.test(part);
        const isPlain = !isUnspaced && /^[A-Za-z0-9+(@]/.test(part);
        if ((wasUnspaced && isPlain) || (wasPlain && isUnspaced)) push(' ', index);
        wasUnspaced = isUnspaced;
        wasPlain = isPlain;
      }
      push(part, index);
    }
    index += point.length;
  }
  return { text: parts.join(''), toOriginal: (at) => origins[at] ?? text.length };
}

/** Words of mixed script in Latin letters; a word that is Greek or Cyrillic throughout stays as it is. */
const withoutLookalikes = (text: string): string =>
  text.replaceAll(/[\p{L}\p{N}.@_-]{2,254}/gu, (word) =>
    /[A-Za-z]/.test(word) && mayLookAlike.test(word)
      ? Array.from(word, (letter) => lookalikes.get(letter) ?? letter).join('')
      : word,
  );

/** Decimal digits come in runs of ten, of which the first is nought. */
function toAsciiDigit(part: string): string {
  if (part < '\u0660' || !/^\p{Nd}$/u.test(part)) return part;
  const point = part.codePointAt(0) ?? 0;
  let nought = point;
  while (point - nought < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(nought - 1))) nought -= 1;
  return String(point - nought);
}
