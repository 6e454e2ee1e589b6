import type { Receipt } from '#core/receipt.ts';
import type { Delivered } from '#core/turn.ts';

/** What stands for personal data in guarded words: [EMAIL_1], or [CARD] where it is taken out for good. */
const standIn = /\[([A-Z][A-Z_]*?)(?:_\d+)?\]/g;

const countKinds = (kinds: Iterable<string>): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

/** What the answer of a turn leans on. */
export const toReceipt = ({ asked, passages, question, files, reply, shown }: Delivered): Receipt => {
  const cited = new Set(shown.citations.map(({ number }) => number));
  const standIns = [question, ...files.map(({ text }) => text)].flatMap((text) => [...new Set(text.match(standIn))]);
  return {
    asked,
    passages: passages.map(({ id, title, url, heading, score }, index) => ({
      number: index + 1,
      id,
      title,
      ...(url === undefined ? {} : { url }),
      heading,
      score,
      isCited: cited.has(index + 1),
    })),
    kept: countKinds(standIns.map((one) => one.replace(standIn, '$1'))),
    takenOut: countKinds(reply.redactions()),
  };
};

/** The documents that an answer cites, each once. */
export const citedDocuments = ({ passages, shown }: Pick<Delivered, 'passages' | 'shown'>): string[] => [
  ...new Set(shown.citations.flatMap(({ number }) => passages[number - 1]?.document ?? [])),
];

/** Tells whether something was asked and nothing found to lean on: a greeting or a thank-you asks nothing. */
export const createIsMissed =
  (isGreeting: (text: string) => boolean) =>
  (turn: Delivered): boolean =>
    turn.answer.stopReason !== 'stopped' &&
    citedDocuments(turn).length === 0 &&
    turn.files.length === 0 &&
    !isGreeting(turn.question);
