import type { Finding, PersonalDataType } from './personal-data.ts';

/** Something the platform tells of the person who writes. */
export interface KnownValue {
  readonly type: Extract<PersonalDataType, 'NAME' | 'EMAIL' | 'PHONE'>;
  readonly value: string;
}

/** A name of two letters is a word more often than a name. */
const lengthMin = 3;

const escaped = (value: string): string => value.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** The parts of a name, where all of them begin like one: "Web visitor" is none. */
const partsOf = (name: string): string[] => {
  const parts = name.split(/\s+/);
  return parts.length > 1 && parts.every((part) => /^\p{Lu}/u.test(part))
    ? parts.filter((part) => /^\p{Lu}\p{Ll}/u.test(part))
    : [];
};

/** Where a known value occurs as it stands, and each part of a name. */
export function* findKnown(text: string, known: readonly KnownValue[]): Generator<Finding> {
  for (const { type, value } of known) {
    const parts = type === 'NAME' ? partsOf(value) : [];
    for (const one of [value, ...parts]) {
      if (one.length < lengthMin) continue;
      const flags = one === value && type !== 'NAME' ? 'giu' : 'gu';
      for (const match of text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])${escaped(one)}(?![\\p{L}\\p{N}])`, flags)))
        yield { start: match.index, end: match.index + match[0].length, type, strength: 2 };
    }
  }
}
