/** A token for personal data, or a word with a digit in it: an order, an article, a version. */
const identifier = /\[[A-Z_]+_\d+\]|[\p{L}\p{N}#_/.-]*\d[\p{L}\p{N}#_/.-]*/gu;
const lengthMin = 4;

/** What in a text names one thing and no other: it cannot be guessed where it is forgotten. */
export const identifiersIn = (text: string): string[] =>
  [...text.matchAll(identifier)]
    .map(([found]) => found.replace(/[./-]+$/, ''))
    .filter((found) => found.length >= lengthMin);
