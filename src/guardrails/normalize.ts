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

/**
 * NFKC, one code point at a time, without invisible characters.
 * Per code point because the map back must stay exact; a base letter and its accent are therefore not joined.
 */
export function normalize(text: string): NormalizedText {
  // oxlint-disable-next-line no-control-regex
  if (/^[\x00-\x7F]*$/.test(text)) return { text, toOriginal: (index) => Math.min(index, text.length) };
  const parts: string[] = [];
  const origins: number[] = [];
  let index = 0;
  for (const point of text) {
    if (!invisible.test(point)) {
      const part = point < '\u0080' ? point : point.normalize('NFKC');
      parts.push(part);
      for (let unit = 0; unit < part.length; unit += 1) origins.push(index);
    }
    index += point.length;
  }
  return { text: parts.join(''), toOriginal: (at) => origins[at] ?? text.length };
}
