import { eld } from 'eld/small';

// Below this many letters a guess is a coin toss in Latin script.
const lettersMin = 10;
const textLengthMax = 1_000;

/** The language as ISO 639-1, `und` where the text is too short or the guess unsure. */
export function detectLanguage(text: string): string {
  const letters = text.slice(0, textLengthMax).replaceAll(/https?:\/\/\S+|[^\p{L}\p{M}\s'’-]+/gu, ' ');
  const count = letters.match(/\p{L}/gu)?.length ?? 0;
  const isOwnScript = /[^\p{Script=Latin}\P{L}]/u.test(letters);
  if (count < (isOwnScript ? 3 : lettersMin)) return 'und';
  const guess = eld.detect(letters);
  return guess.language && (guess.isReliable() || count >= 40) ? guess.language : 'und';
}
