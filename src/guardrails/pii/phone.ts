import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { CountryCode } from 'libphonenumber-js/max';

import { cue, cueBefore, digitCount, digitRuns, isAboutThing, isAmount, isNearThing } from './cues.ts';
import type { DigitRun } from './cues.ts';
import type { Finding } from './personal-data.ts';

const phoneCue = cue(
  'phone|phones|telephone|telephon|tel|telefon|telefonnummer|teléfono|telefono|téléphone|telefone|mobile|mobil|móvil|cell|cellphone|handy|handynummer|rufnummer|fax|whatsapp|sms|call|call me|answering|text|nummer|número|numéro|text me|ring|reach|reach me|contact|contact me|contact number|my number|number is|dial|ph|mob|llámame|celular|portable|appelez|телефон|тел|номер|мобильный',
);
// Scripts without blanks between words.
const phoneCueUnspaced = /(?:电话|手机|号码|電話|番号|携帯|전화|번호|휴대폰|फ़?ोन|नंबर|मोबाइल)[^\d\n]{0,8}$/u;
const cueAfter = /^(?:\s?(?:x|ext\.?)\s?\d{1,6})?\\?\s?[-(]?\s?(?:office|fax|mobile|home|cell|work|phone)\b/i;
const extension = /^\s?(?:x|ext\.?|extension)\s?\d{1,6}(?![\p{L}\p{N}])/iu;
const northAmerican = /^(?:1[ .-])?(?:\([2-9]\d{2}\)\s?|[2-9]\d{2}[ .\-/])\d{3}[ .-]\d{4}$/;
const plainNorthAmerican = /^[2-9]\d{9}$/;
const dateLike = /^(?:\d{4}[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{4})$/;
const bookLike = /^97[89]([- ]?\d){10}$/;
// "about 6630494032", "help with #6630494032": a case, not a line.
const topicBefore = /(?:\b(?:with|about|regarding|concerning)\s|[#№])\s*$/i;
const groupsMax = 8;
const digitsMax = 17;
// Six digits in pairs are a small town's number, but only beside a word that says so.
const shortDigits = 6;
// Validation asks a metadata table; a hostile text full of numbers gets no more than this many questions.
const lookupsMax = 400;

/** Phone numbers: international ones by their plan, national ones by region, shape or a word beside them. */
export function* findPhones(text: string, regions: readonly CountryCode[]): Generator<Finding> {
  let lookups = 0;
  const isValid = (value: string): boolean => {
    lookups += 1;
    if (lookups > lookupsMax) return false;
    if (value.startsWith('+')) return parsePhoneNumberFromString(value)?.isPossible() ?? false;
    return regions.some((region) => parsePhoneNumberFromString(value, region)?.isValid() ?? false);
  };
  for (const run of digitRuns(text)) {
    if (run.digits.length < shortDigits) continue;
    if (!text.slice(Math.max(0, run.start - 3), run.start).includes('+') && isAboutThing(text, run.start)) continue;
    yield* phonesIn(text, run, isValid);
  }
}

function* phonesIn(text: string, run: DigitRun, isValid: (value: string) => boolean): Generator<Finding> {
  const lead = leadOf(text, run.start);
  const cued = cueBefore(text, lead, phoneCue) || phoneCueUnspaced.test(text.slice(Math.max(0, lead - 24), lead));
  for (let first = 0; first < run.groups.length; first += 1) {
    for (let last = Math.min(run.groups.length, first + groupsMax) - 1; last >= first; last -= 1) {
      const count = digitCount(run, first, last);
      if (count < shortDigits) break;
      if (count < 7 && last - first < 2) continue;
      if (count > digitsMax || (count < (last - first + 1) * 1.5 && !(cued && first === 0))) continue;
      const start = first === 0 ? leadOf(text, run.start) : openBracket(text, run.groups[first]?.start ?? 0);
      const end = run.groups[last]?.end ?? start;
      const part = { start, end, whole: first === 0 && last === run.groups.length - 1, cued: cued && first === 0 };
      if (!isPhone(text, part, isValid)) continue;
      const tail = extension.exec(text.slice(end, end + 18));
      yield { start, end: end + (tail?.[0].length ?? 0), type: 'PHONE', strength: part.cued ? 2 : 1 };
      first = last;
      break;
    }
  }
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly whole: boolean;
  readonly cued: boolean;
}

function isPhone(text: string, part: Part, isValid: (value: string) => boolean): boolean {
  const value = text.slice(part.start, part.end);
  const digits = value.replaceAll(/\D/g, '');
  if (dateLike.test(value) || bookLike.test(value)) return false;
  if (isAmount(text, part.start, part.end)) return false;
  if (value.includes('+')) return digits.length >= 8 && isValid(`+${digits}`);
  if (part.cued || (part.whole && cueAfter.test(text.slice(part.end, part.end + 20)))) return digits.length <= 15;
  if (digits.length < 7) return false;
  if (northAmerican.test(value)) return true;
  if (!part.whole) return false;
  if (/^00[1-9]/.test(digits)) return digits.length >= 10 && isValid(`+${digits.slice(2)}`);
  const grouped = value.length > digits.length;
  if (grouped)
    return /^\(?0/.test(value) ? digits.length >= 9 && isValid(value) : /^\(\d/.test(value) && isValid(value);
  if (isAlone(text, part)) return digits.length >= 9 && (plainNorthAmerican.test(digits) || isValid(value));
  return (
    plainNorthAmerican.test(digits) &&
    !isNearThing(text, part.start) &&
    !topicBefore.test(text.slice(Math.max(0, part.start - 16), part.start))
  );
}

/** The number is all there is on its line: an answer or a signature. */
function isAlone(text: string, { start, end }: Part): boolean {
  return (
    /(?:^|\n)\s*$/.test(text.slice(Math.max(0, start - 8), start)) && /^\s*(?:\n|$)/.test(text.slice(end, end + 8))
  );
}

function leadOf(text: string, start: number): number {
  return start - (/(?:\+\s?\(?|\(\+?\s?)$/.exec(text.slice(Math.max(0, start - 3), start))?.[0].length ?? 0);
}

function openBracket(text: string, start: number): number {
  return text[start - 1] === '(' ? start - 1 : start;
}
