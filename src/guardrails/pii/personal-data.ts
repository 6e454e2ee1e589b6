import type { CountryCode } from 'libphonenumber-js';

export type SecretType =
  | 'CARD'
  | 'CVV'
  | 'IBAN'
  | 'SSN'
  | 'NATIONAL_ID'
  | 'PASSPORT'
  | 'LICENSE'
  | 'ACCOUNT'
  | 'PASSWORD'
  | 'SECRET';
export type ContactType = 'EMAIL' | 'PHONE' | 'IP' | 'MAC' | 'BIRTH_DATE' | 'NAME' | 'ADDRESS';
/** The word that stands in a token, as in `[EMAIL_1]`. */
export type PersonalDataType = SecretType | ContactType;

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

const secretTypes: ReadonlySet<PersonalDataType> = new Set<SecretType>([
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
]);

export function kindOf(type: PersonalDataType): 'secret' | 'contact' {
  return secretTypes.has(type) ? 'secret' : 'contact';
}
