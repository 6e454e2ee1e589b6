import { normalize } from './normalize.ts';

/** So many letters in a row are never the same by chance: about six words. */
const runLength = 32;
const encodedLengthMin = 24;

const lettersOf = (text: string): string =>
  normalize(text)
    .text.toLowerCase()
    .replaceAll(/[^\p{L}]/gu, '');
const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (unit) => {
    const base = unit <= 'Z' ? 65 : 97;
    return String.fromCharCode(((unit.charCodeAt(0) - base + 13) % 26) + base);
  });

/** What base64 and hex in a text say, wherever in a longer code the piece at hand begins. */
const decoded = (text: string): string[] =>
  [...text.replaceAll(/(?<=\S)[ \n](?=[A-Za-z0-9+/=]{24})/g, '').matchAll(/[A-Za-z0-9+/_-]+/g)]
    .filter(([run]) => run.length >= encodedLengthMin)
    .flatMap(([run]) => [
      ...[0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('latin1')),
      ...[0, 1].map((from) => Buffer.from(run.slice(from), 'hex').toString('latin1')),
    ]);

/** Whether a text repeats a stretch of the system prompt: plainly, spaced out, backwards, in rot13, base64 or hex. */
export const createPromptFinder = (prompt: string): ((text: string) => boolean) => {
  const letters = lettersOf(prompt);
  const runs = new Set<string>();
  for (let at = 0; at + runLength <= letters.length; at += 1) runs.add(letters.slice(at, at + runLength));
  const repeats = (text: string): boolean => {
    const own = lettersOf(text);
    for (let at = 0; at + runLength <= own.length; at += 1) if (runs.has(own.slice(at, at + runLength))) return true;
    return false;
  };
  return (text) =>
    text.length >= runLength && [text, [...text].reverse().join(''), rot13(text), ...decoded(text)].some(repeats);
};
