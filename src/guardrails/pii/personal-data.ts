import type { CountryCode } from 'libphonenumber-js';

export const secretTypes = [
  'CARD',
  'CVV',
  'IBAN',
  'SSN',
  'NATIONAL_ID',
  'PASSPORT',
  'LICENSE',
  'ACCOUNT',
  'PASSWORD',
  'SECRET',
] as const;
export const contactTypes = ['EMAIL', 'PHONE', 'IP', 'MAC', 'BIRTH_DATE', 'NAME', 'ADDRESS'] as const;
/** The word that stands in a token, as in `[EMAIL_1]`. */
export type PersonalDataType = (typeof secretTypes)[number] | (typeof contactTypes)[number];

/**
 * What is done with a kind of personal data: `token` exchanges it and gives it back to its person, `mask` takes it out for good,
 * `keep` leaves it, `refuse` asks the person to leave it out. Secrets are masked or refused.
 */
export const secretTreatments = ['mask', 'refuse'] as const;
export const contactTreatments = ['token', 'mask', 'keep', 'refuse'] as const;
export type Treatment = (typeof contactTreatments)[number];
export type Treatments = Readonly<Partial<Record<PersonalDataType, Treatment>>>;

/** `secret` is masked for good and never restored; `contact` may be restored to the person who gave it. Offsets are UTF-16. */
export interface PersonalDataSpan {
  readonly start: number;
  readonly end: number;
  readonly type: PersonalDataType;
  readonly kind: 'secret' | 'contact';
}

/** What one recognizer saw. Where two overlap the greater `strength` wins (3 checksum or format, 2 cue, 1 shape). */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly type: PersonalDataType;
  readonly strength: 1 | 2 | 3;
}

/** Reads normalized text. Must be linear in its length. */
export type Recognizer = (text: string, regions: readonly CountryCode[]) => Iterable<Finding>;

const secrets: ReadonlySet<PersonalDataType> = new Set(secretTypes);

export function kindOf(type: PersonalDataType): 'secret' | 'contact' {
  return secrets.has(type) ? 'secret' : 'contact';
}
