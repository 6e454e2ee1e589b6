import { readFileSync } from 'node:fs';

/** What a word is known as: a first name, a last name, a place, or an ordinary English word besides. */
export const word = { first: 1, last: 2, place: 4, ordinary: 8 } as const;

const bits: Readonly<Record<string, number>> = { f: word.first, l: word.last, p: word.place, d: word.ordinary };

/** `names.txt`: a line for each kind, such as `fl ada grace …`; lines that begin with `#` say where it is from. */
const read = (): ReadonlyMap<string, number> => {
  const known = new Map<string, number>();
  for (const line of readFileSync(new URL('names.txt', import.meta.url), 'utf8').split('\n')) {
    const [kinds = '', ...words] = line.split(' ');
    if (kinds === '' || kinds.startsWith('#')) continue;
    const flags = [...kinds].reduce((all, kind) => all | (bits[kind] ?? 0), 0);
    for (const one of words) known.set(one, flags);
  }
  return known;
};

let lexicon: ReadonlyMap<string, number> | null = null;

/** The flags of a word in lower case; 0 where it is not known. Read once. */
export const flagsOf = (lower: string): number => (lexicon ??= read()).get(lower) ?? 0;
