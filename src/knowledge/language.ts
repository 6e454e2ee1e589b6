import { eld } from 'eld/small';

/** A language nearly as likely as the likeliest one is believed: a question of two words is anyone's guess. */
const benefitOfDoubt = 0.85;
const detectedLengthMax = 1000;

/**
 * Whether a text may be in one of the languages (ISO 639-1). A text too short to tell, such as a product's name, may be,
 * if it is written in Latin letters.
 */
export function mayBeIn(languages: ReadonlySet<string> | 'all', text: string): boolean {
  if (languages === 'all') return true;
  const scores = Object.entries(eld.detect(text.slice(0, detectedLengthMax)).getScores());
  if (scores.length === 0) return !/(?!\p{Script=Latin})\p{L}/u.test(text);
  const best = Math.max(...scores.map(([, score]) => score));
  return scores.some(([language, score]) => languages.has(language) && score >= best * benefitOfDoubt);
}
