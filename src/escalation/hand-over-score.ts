import type { Sentiment, Signals } from '#core/model.ts';
import type { ScoreRules } from '#core/score-rules.ts';

/** One question of a conversation and how it was answered. */
export interface Answered {
  readonly isMissed: boolean;
  readonly sentiment: Sentiment | null;
}

export interface Signs {
  /** Of this conversation since people were last on it, oldest first; the present one is the last. */
  readonly turns: readonly Answered[];
  readonly isRepeated: boolean;
}

const moods: readonly Sentiment[] = ['happy', 'calm', 'worried', 'upset', 'angry'];
const mood = (sentiment: Sentiment | null): number => (sentiment === null ? -1 : moods.indexOf(sentiment));

const countMissed = (turns: readonly Answered[]): number => {
  const answered = turns.findLastIndex(({ isMissed }) => !isMissed);
  return turns.length - 1 - answered;
};

/**
 * The sum of the signs that a person is needed, each with its reason. No sign is enough by itself: a mood alone would hand over one
 * of thirty ordinary questions, a page that is missing is not a person's work.
 */
export const scoreSigns = (
  { turns, isRepeated }: Signs,
  rules: ScoreRules,
): { readonly score: number; readonly reasons: readonly string[] } => {
  const present = turns.at(-1);
  const before = turns.at(-2);
  const missed = countMissed(turns);
  const missedPoints = Math.min(rules.missedMax, missed * rules.missed);
  const sentiment = present?.sentiment ?? null;
  const isWorse =
    mood(before?.sentiment ?? null) >= 0 && mood(sentiment) > Math.max(1, mood(before?.sentiment ?? null));
  const signs: readonly (readonly [boolean, number, string])[] = [
    [
      missed > 0,
      missedPoints,
      missed === 1 ? 'no page answers it' : `${missed} questions in a row that no page answers`,
    ],
    [isRepeated, rules.repeated, 'asked again in other words'],
    [sentiment === 'upset', rules.upset, 'they are upset'],
    [sentiment === 'angry', rules.angry, 'they are angry'],
    [isWorse, rules.worse, 'in a worse mood than before'],
    [turns.length > rules.longTurns, rules.long, `a conversation of ${turns.length} turns`],
    [rules.important > 0, rules.important, 'an important customer'],
  ];
  const found = signs.filter(([is, points]) => is && points > 0);
  return {
    score: found.reduce((sum, [, points]) => sum + points, 0),
    reasons: found.map(([, , reason]) => reason),
  };
};

/** Half of the words of either question: fewer are shared by questions about one subject. */
const alikeMin = 0.5;

/** Whether a question asks what one before it did: both by their terms. */
export const asksAgain = (terms: readonly string[], earlier: readonly (readonly string[])[]): boolean => {
  const now = new Set(terms);
  if (now.size < 2) return false;
  return earlier.some((one) => {
    const then = new Set(one);
    const shared = [...now].filter((term) => then.has(term)).length;
    return shared >= 2 && shared / Math.max(now.size, then.size) >= alikeMin;
  });
};

/** What a model noticed of the person while it answered. */
export type Noticed = Pick<Signals, 'sentiment' | 'needsHuman'>;

/** What of that brings in a person by itself. */
export interface HandOverOn {
  readonly needsHuman: boolean;
  readonly sentiments: readonly Sentiment[];
}

/** Why what the model noticed is enough, or null. */
export const reasonNoticed = ({ sentiment, needsHuman }: Noticed, on: HandOverOn): string | null => {
  if (needsHuman && on.needsHuman) return 'the assistant sees that a person is needed';
  return sentiment && on.sentiments.includes(sentiment) ? `they are ${sentiment}` : null;
};

/** Questions before the present one that it may repeat. */
export const repeatsWithin = 3;

/** Whether there is a sign now: what the pages answer to somebody who is calm needs no look at what was before. */
export const isSign = ({ isMissed, sentiment }: Answered): boolean =>
  isMissed || sentiment === 'upset' || sentiment === 'angry';

/** Why the signs together are enough, or null. */
export const reasonScored = (signs: Signs, rules: ScoreRules): string | null => {
  const { score, reasons } = scoreSigns(signs, rules);
  return score >= rules.handOverAt ? reasons.join('; ') : null;
};
