import type { Finding, PersonalDataType } from './personal-data.ts';

/** The last captured group of each match. */
export function* inContext(text: string, pattern: RegExp, type: PersonalDataType): Generator<Finding> {
  for (const match of text.matchAll(pattern)) {
    const value = match[1];
    if (!value) continue;
    const end = match.index + match[0].length;
    yield { start: end - value.length, end, type, strength: 2 };
  }
}
