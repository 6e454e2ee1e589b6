import { passesLuhn } from './card.ts';

/** A national number that says by its form and a check sum what it is, so that it needs no word beside it. */
export interface NationalCheck {
  readonly country: string;
  readonly pattern: RegExp;
  isValid(value: string): boolean;
}

const open = '(?<![\\p{L}\\p{N}_.-])';
const shut = '(?![\\p{L}\\p{N}_]|[.-]\\d)';
const form = (source: string): RegExp => new RegExp(`${open}(?:${source})${shut}`, 'gu');
const digitsOf = (value: string): number[] => Array.from(value.replaceAll(/\D/g, ''), Number);
const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  weights.reduce((total, weight, index) => total + weight * (digits[index] ?? 0), 0);

/** As the issuing offices publish them. */
export const nationalChecks: readonly NationalCheck[] = [
  { country: 'ES', pattern: form('\\d{8}[ -]?[A-HJ-NP-TV-Z]|[XYZ][ -]?\\d{7}[ -]?[A-HJ-NP-TV-Z]'), isValid: isSpanish },
  {
    country: 'FR',
    pattern: form('[12] ?\\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:\\d{2}|2[AB]) ?\\d{3} ?\\d{3} ?\\d{2}'),
    isValid: isFrench,
  },
  {
    country: 'IT',
    pattern: form('[A-Za-z]{6}\\d{2}[A-EHLMPRSTa-ehlmprst]\\d{2}[A-Za-z]\\d{3}[A-Za-z]'),
    isValid: isItalian,
  },
  { country: 'BR', pattern: form('\\d{3}\\.\\d{3}\\.\\d{3}-\\d{2}'), isValid: isBrazilian },
  { country: 'MX', pattern: form('[A-Z]{4}\\d{6}[HM][A-Z]{5}[A-Z\\d]\\d'), isValid: hasBirthDate(4) },
  { country: 'IN', pattern: form('[2-9]\\d{3} \\d{4} \\d{4}'), isValid: isVerhoeff },
  { country: 'BE', pattern: form('\\d{2}\\.\\d{2}\\.\\d{2}-\\d{3}\\.\\d{2}'), isValid: isBelgian },
  { country: 'CH', pattern: form('756\\.\\d{4}\\.\\d{4}\\.\\d{2}'), isValid: isSwiss },
  { country: 'SE', pattern: form('(?:19|20)?\\d{6}[-+]\\d{4}'), isValid: isSwedish },
  { country: 'FI', pattern: form('\\d{6}[-+A]\\d{3}[\\dA-FHJ-NPR-Y]'), isValid: isFinnish },
  { country: 'CN', pattern: form('[1-8]\\d{5}(?:19|20)\\d{9}[\\dXx]'), isValid: isChinese },
  { country: 'KR', pattern: form('\\d{6}-[1-8]\\d{6}'), isValid: isKorean },
];

function isSpanish(value: string): boolean {
  const plain = value.replaceAll(/[ -]/g, '').replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter)));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(plain.slice(0, -1)) % 23] === plain.at(-1);
}

function isFrench(value: string): boolean {
  const plain = value.replaceAll(' ', '').replace('2A', '19').replace('2B', '18');
  return 97n - (BigInt(plain.slice(0, 13)) % 97n) === BigInt(plain.slice(13));
}

const italianOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

function isItalian(value: string): boolean {
  const plain = value.toUpperCase();
  const rank = (unit: string) => (/\d/.test(unit) ? Number(unit) : unit.charCodeAt(0) - 65);
  const total = Array.from(plain.slice(0, 15)).reduce(
    (sum, unit, index) => sum + (index % 2 === 0 ? (italianOdd[rank(unit)] ?? 0) : rank(unit)),
    0,
  );
  return String.fromCharCode(65 + (total % 26)) === plain.at(-1);
}

function isBrazilian(value: string): boolean {
  const digits = digitsOf(value);
  const check = (count: number) => {
    const rest = (digits.slice(0, count).reduce((sum, digit, index) => sum + digit * (count + 1 - index), 0) * 10) % 11;
    return rest === 10 ? 0 : rest;
  };
  return new Set(digits).size > 1 && check(9) === digits[9] && check(10) === digits[10];
}

function hasBirthDate(at: number): (value: string) => boolean {
  return (value) => {
    const month = Number(value.slice(at + 2, at + 4));
    const day = Number(value.slice(at + 4, at + 6));
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
  };
}

const product = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
  [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
  [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
  [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
  [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
  [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
  [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
  [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
  [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];
const permutation = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
  [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
  [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
  [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
  [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
  [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
  [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

function isVerhoeff(value: string): boolean {
  return (
    digitsOf(value)
      .reverse()
      .reduce((sum, digit, index) => product[sum]?.[permutation[index % 8]?.[digit] ?? 0] ?? 0, 0) === 0
  );
}

function isBelgian(value: string): boolean {
  const plain = value.replaceAll(/\D/g, '');
  const key = Number(plain.slice(9));
  return [plain.slice(0, 9), `2${plain.slice(0, 9)}`].some((number) => 97 - (Number(number) % 97) === key);
}

function isSwiss(value: string): boolean {
  const digits = digitsOf(value);
  const total = digits.slice(0, 12).reduce((sum, digit, index) => sum + digit * (index % 2 === 0 ? 1 : 3), 0);
  return (10 - (total % 10)) % 10 === digits[12];
}

function isSwedish(value: string): boolean {
  const plain = value.replaceAll(/\D/g, '').slice(-10);
  return hasBirthDate(0)(plain) && passesLuhn(plain);
}

function isFinnish(value: string): boolean {
  const day = Number(value.slice(0, 2));
  const month = Number(value.slice(2, 4));
  const number = Number(value.slice(0, 6) + value.slice(7, 10));
  return (
    day >= 1 && day <= 31 && month >= 1 && month <= 12 && '0123456789ABCDEFHJKLMNPRSTUVWXY'[number % 31] === value[10]
  );
}

function isChinese(value: string): boolean {
  const total = weighted(Array.from(value.slice(0, 17), Number), [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return hasBirthDate(8)(value) && '10X98765432'[total % 11] === value[17]?.toUpperCase();
}

function isKorean(value: string): boolean {
  const digits = digitsOf(value);
  return (
    hasBirthDate(0)(value) && (11 - (weighted(digits, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === digits[12]
  );
}
