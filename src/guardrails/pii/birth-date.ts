import type { Finding } from './personal-data.ts';
import { inContext } from './in-context.ts';

const month =
  'jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|sep(?:t|tember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|février|mars|avril|juin|juillet|août|octobre|décembre';
const year = "(?:'?\\d{2}|(?:19|20)\\d{2})";
export const dateShape = `\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/. ]\\d{1,2}[-/. ]${year}|\\d{1,2}(?:st|nd|rd|th|\\.)?(?: (?:of|de))? ?(?:${month})\\.?,?(?: de)? ?${year}|(?:${month})\\.? \\d{1,2}(?:st|nd|rd|th)?,? ${year}`;

const birth = new RegExp(
  `(?<!\\p{L})(?:d\\.?o\\.?b|date of birth|birth ?dates?|birth ?days?|born|geboren|geburtsdatum|geb|née?|date de naissance|nacido|nacida|nací|fecha de nacimiento|data de nascimento|data di nascita)(?!\\p{L})(?:[\\s:=.,-]|(?:is|was|on|am|the|it's|its|le|el|es|est|ist|in)(?!\\p{L})){0,8}(${dateShape})(?!\\p{N})`,
  'giu',
);

/** Dates behind a word of birth; any other date is ordinary support talk. */
export function findBirthDates(text: string): Iterable<Finding> {
  return inContext(text, birth, 'BIRTH_DATE');
}
