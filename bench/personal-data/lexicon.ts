import { readFileSync, writeFileSync } from 'node:fs';

import { allLocales } from '@faker-js/faker';

/** Writes the lexicon of names that `src/guardrails/pii` reads: `node bench/personal-data/lexicon.ts <a list of English words>`. */
const leaves = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (typeof value !== 'object' || value === null) return [];
  return 'value' in value ? leaves(value.value) : Object.values(value).flatMap(leaves);
};

/** Particles and points of the compass are part of names and say nothing alone. */
const particles = new Set(
  'de van von der la le el al di da do dos bin ibn st the of and new san los las north south east west city'.split(' '),
);

const wordsOf = (...values: unknown[]): string[] =>
  leaves(values)
    .flatMap((value) => value.split(/\s+/))
    .map((value) => value.normalize('NFC').toLowerCase().replaceAll(/[’‘]/g, "'"))
    .filter((value) => /^[\p{Script=Latin}'-]{2,24}$/u.test(value) && !particles.has(value));

const kinds = new Map<string, Set<string>>();
const add = (kind: string, words: readonly string[]): void => {
  for (const word of words) kinds.set(word, (kinds.get(word) ?? new Set()).add(kind));
};
for (const { person, location } of Object.values(allLocales)) {
  add('f', wordsOf(person?.first_name));
  add('l', wordsOf(person?.last_name));
  add('p', wordsOf(location?.city_name, location?.country, location?.state, location?.county));
}
const ordinary = readFileSync(process.argv[2] ?? '/usr/share/dict/words', 'utf8').split('\n');
for (const word of ordinary) if (/^[a-z]{2,}$/.test(word)) kinds.get(word)?.add('d');

const lines = Map.groupBy([...kinds.keys()].toSorted(), (word) =>
  'flpd'.replaceAll(/./g, (kind) => (kinds.get(word)?.has(kind) ? kind : '')),
);
const text = [...lines].toSorted().map(([kind, words]) => `${kind} ${words.join(' ')}`);
const head = [
  '# First names (f), last names (l) and places (p) of 77 locales, from @faker-js/faker 10.6.0 (MIT, https://github.com/faker-js/faker);',
  '# d: an ordinary English word as well. Made by bench/personal-data/lexicon.ts.',
];
writeFileSync(new URL('../../src/guardrails/pii/names.txt', import.meta.url), `${[...head, ...text].join('\n')}\n`);
console.log(`${kinds.size} words`);
