import type { NormalizedText } from '../normalize.ts';

// "&#64;", "&#x40;", "&commat;" and "%40": each stands for one character.
const escapes =
  /&#(\d{2,7});|&#x([0-9a-f]{1,6});|&(amp|commat|period|nbsp|quot|lt|gt|plus|lowbar|num|colon|sol);|((?:%[0-9a-f]{2})+)/giu;
const named: Readonly<Record<string, string>> = {
  amp: '&',
  commat: '@',
  period: '.',
  nbsp: ' ',
  quot: '"',
  lt: '<',
  gt: '>',
  plus: '+',
  lowbar: '_',
  num: '#',
  colon: ':',
  sol: '/',
};
const mayEscape = /&[#a-z]|%[0-9a-f]{2}/i;

/** The text with HTML entities and percent signs decoded once; null where there are none. */
export function decodeEscapes(text: string): NormalizedText | null {
  if (!mayEscape.test(text)) return null;
  const parts: string[] = [];
  const origins: number[] = [];
  let from = 0;
  const copy = (end: number) => {
    parts.push(text.slice(from, end));
    for (let at = from; at < end; at += 1) origins.push(at);
  };
  for (const match of text.matchAll(escapes)) {
    copy(match.index);
    const decoded = decodeOne(match);
    parts.push(decoded);
    for (let unit = 0; unit < decoded.length; unit += 1) origins.push(match.index);
    from = match.index + match[0].length;
  }
  copy(text.length);
  return { text: parts.join(''), toOriginal: (at) => origins[at] ?? text.length };
}

function decodeOne([whole, decimal, hex, name, percent]: RegExpExecArray): string {
  if (name) return named[name.toLowerCase()] ?? whole;
  if (percent) return Buffer.from(percent.replaceAll('%', ''), 'hex').toString('utf8');
  const point = decimal ? Number(decimal) : Number.parseInt(hex ?? '', 16);
  return point > 0 && point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole;
}

export interface EncodedRun {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

// Shorter runs hold no card number and no address.
const encoded =
  /(?<![\p{L}\p{N}+/=_-])(?:[A-Za-z0-9+/_-]{16,4096}={0,2}|(?:[0-9a-fA-F]{2}){10,2048})(?![\p{L}\p{N}+/=_-])/gu;
const runsMax = 20;
// oxlint-disable-next-line no-control-regex
const unreadable = /[^\x20-\x7E\n\r\t\u00A0-\uFFFF]|\uFFFD/;

/** Runs of base64 or hex that decode to readable text, at most twenty of a text. */
export function* decodeRuns(text: string): Generator<EncodedRun> {
  let runs = 0;
  for (const match of text.matchAll(encoded)) {
    const [run] = match;
    runs += 1;
    if (runs > runsMax) return;
    const isHex = run.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(run);
    for (const encoding of isHex ? (['hex', 'base64'] as const) : (['base64'] as const)) {
      const decoded = Buffer.from(run, encoding).toString('utf8');
      if (unreadable.test(decoded)) continue;
      yield { start: match.index, end: match.index + run.length, text: decoded };
      break;
    }
  }
}
