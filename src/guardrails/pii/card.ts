import { cue, cueBefore, digitCount, digitRuns, isAboutThing } from './cues.ts';
import type { DigitRun } from './cues.ts';
import { inContext } from './in-context.ts';
import type { Finding } from './personal-data.ts';

// Ranges and lengths as ISO/IEC 7812 issuers publish them.
const brands: readonly { readonly prefix: RegExp; readonly lengths: readonly number[] }[] = [
  { prefix: /^4/, lengths: [13, 16, 19] },
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16] },
  { prefix: /^3[47]/, lengths: [15] },
  { prefix: /^3(?:0[0-59]|[689])/, lengths: [14, 16, 19] },
  { prefix: /^6(?:011|4[4-9]|5)/, lengths: [16, 19] },
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { prefix: /^(?:1800|2131)/, lengths: [15] },
  { prefix: /^62/, lengths: [16, 17, 18, 19] },
  { prefix: /^(?:50|5[6-9]|6)/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
];

const cardCue = cue(
  'cards?|credit|debit|visa|mastercard|master|amex|american express|maestro|discover|cc|karte|kreditkarte|tarjeta|carte|pan',
);

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

// "card ending in 1005", "last four of my visa: 1005".
const lastFour =
  /(?<!\p{L})(?:cards?|visa|mastercard|amex|american express|karte|tarjeta|carte)(?!\p{L})[^\d\n.?!]{0,24}(?:ending|ends|last (?:four|4)(?: digits)?|endend|endet|letzten? (?:vier|4)(?: ziffern)?|terminada|termina|finissant|termin[ée]e)(?:\s(?:in|with|are|is|auf|mit|en|par|are))?\s?:?\s?[x*•#-]{0,14}\s?(\d{4})(?![\p{L}\p{N}]|[.,]\d)/giu;

/** Card numbers: brand, length and Luhn; behind a card cue the shape alone is enough. */
export function* findCards(text: string): Generator<Finding> {
  yield* inContext(text, lastFour, 'CARD');
  for (const run of digitRuns(text)) {
    if (run.digits.length < 12) continue;
    const cued = cueBefore(text, run.start, cardCue);
    if (!cued && isAboutThing(text, run.start)) continue;
    yield* cardsIn(run, cued);
  }
}

function* cardsIn(run: DigitRun, cued: boolean): Generator<Finding> {
  for (let first = 0; first < run.groups.length; first += 1) {
    const found = longestFrom(run, first, cued);
    if (!found) continue;
    yield {
      start: run.groups[first]?.start ?? 0,
      end: run.groups[found.last]?.end ?? 0,
      type: 'CARD',
      strength: found.strength,
    };
    first = found.last;
  }
}

function longestFrom(run: DigitRun, first: number, cued: boolean): { last: number; strength: 2 | 3 } | undefined {
  let best: { last: number; strength: 2 | 3 } | undefined;
  const offset = run.groups[first]?.offset ?? 0;
  for (let last = first; last < run.groups.length; last += 1) {
    const length = digitCount(run, first, last);
    if (length > 19 || last - first >= groupsMax) break;
    if (length < 12 || !isPlausibleGrouping(run, first, last)) continue;
    const digits = run.digits.slice(offset, offset + length);
    const brand = brands.find(({ prefix, lengths }) => prefix.test(digits) && lengths.includes(digits.length));
    if (brand && passesLuhn(digits)) best = { last, strength: 3 };
    else if (cued && !best && digits.length >= 13 && digits.length <= 16) best = { last, strength: 2 };
  }
  return best;
}

const groupsMax = 6;

/** Cards are written whole or in groups of three to six: "4111 1111 1111 1111", "3782 822463 10005". */
function isPlausibleGrouping(run: DigitRun, first: number, last: number): boolean {
  const groups = run.groups.slice(first, last + 1);
  if (groups.length === 1) return true;
  return groups.every(({ start, end }) => end - start >= 2 && end - start <= 8);
}
