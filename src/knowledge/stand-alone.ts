import type { ModelMessage } from '#core/model.ts';
import type { GuardedText } from '#core/turn.ts';
import { terms } from './terms.ts';

/** "And what does it cost?", "what about Canada" */
const goesOn = /^\s*(?:and|but|or|so|then|also|what about|how about|what if)\b/i;
/** "How long does that take?" */
const pointsBack = /\b(?:it|its|that|they|them|their|those|these|this|there|one|same|instead)\b/i;
/** A question that names so few things itself may be about what was said before. */
const ownTermsMax = 3;
const earlierLengthMax = 400;

/** Whether it needs the question before it. */
export const leans = (text: string): boolean =>
  goesOn.test(text) || (pointsBack.test(text) && new Set(terms(text)).size <= ownTermsMax);

/** A question as it reads without the conversation: one that leans on the question before it is put behind that one. */
export function standAlone(question: GuardedText, recent: readonly ModelMessage[]): GuardedText {
  if (!leans(question)) return question;
  const earlier = recent.findLast(({ role, text }) => role === 'user' && !leans(text));
  return earlier ? (`${earlier.text.slice(0, earlierLengthMax)}\n${question}` as GuardedText) : question;
}
