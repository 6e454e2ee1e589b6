import { cue, cueBefore } from './cues.ts';
import type { Finding } from './personal-data.ts';

// Length per country, SWIFT IBAN registry.
const lengths: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
  YE: 30,
};

const ibanCue = cue('iban|konto|kontonummer|bank');
const lead = /(?<![\p{L}\p{N}])[a-z]{2}[ -]?\d{2}(?=[ -]?[a-z0-9])/giu;

/** IBANs: country, length and mod-97; behind an IBAN cue a wrong check sum still counts, people mistype. */
export function* findIbans(text: string): Generator<Finding> {
  for (const match of text.matchAll(lead)) {
    const length = lengths[match[0].slice(0, 2).toUpperCase()];
    if (length === undefined) continue;
    const end = endOf(text, match.index, length);
    if (end === undefined) continue;
    const value = text.slice(match.index, end).replaceAll(/[ -]/g, '').toUpperCase();
    const valid = remainder97(value) === 1;
    if (valid || cueBefore(text, match.index, ibanCue))
      yield { start: match.index, end, type: 'IBAN', strength: valid ? 3 : 2 };
  }
}

/** Where `length` letters and digits end, with at most one blank or dash between; undefined when the value is shorter or goes on. */
function endOf(text: string, start: number, length: number): number | undefined {
  let taken = 0;
  let index = start;
  while (taken < length) {
    const unit = text[index] ?? '';
    if (/[a-z0-9]/i.test(unit)) taken += 1;
    else if (!/[ -]/.test(unit) || /[ -]/.test(text[index - 1] ?? '')) return undefined;
    index += 1;
  }
  return /[a-z0-9]/i.test(text[index] ?? '') ? undefined : index;
}

function remainder97(iban: string): number {
  let rest = 0;
  for (const unit of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(unit, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
