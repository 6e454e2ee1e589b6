import type { Signals } from '#core/model.ts';

import { type Answered, asksAgain, type ScoreRules, scoreSigns } from './hand-over-score.ts';

type Noticed = Pick<Signals, 'sentiment' | 'needsHuman'>;

/** One recorded question, and what the model noticed at it. */
export interface Replayed extends Noticed {
  readonly text: string;
  readonly isMissed: boolean;
}

/** When a person takes over, in one set of settings. */
export interface Router {
  /** Why the words alone bring in a person, or null. */
  readonly atOnce: (text: string) => string | null;
  /** Why what the model noticed does, or null. */
  readonly noticed: (signs: Noticed) => string | null;
  readonly score: ScoreRules;
}

const repeatsWithin = 3;

/** For each question of a conversation, in order, why a person would have taken over at it; null where none would. */
export const replay = (
  turns: readonly Replayed[],
  { atOnce, noticed, score: rules }: Router,
  terms: (text: string) => readonly string[],
): (string | null)[] => {
  let since: Answered[] = [];
  let asked: (readonly string[])[] = [];
  return turns.map(({ text, isMissed, sentiment, needsHuman }) => {
    const words = terms(text);
    since.push({ isMissed, sentiment });
    const { score, reasons } = scoreSigns({ turns: since, isRepeated: asksAgain(words, asked) }, rules);
    asked = [...asked, words].slice(-repeatsWithin);
    const needsLook = isMissed || sentiment === 'upset' || sentiment === 'angry';
    const byScore = needsLook && score >= rules.handOverAt ? reasons.join('; ') : null;
    const reason = atOnce(text) ?? noticed({ sentiment, needsHuman }) ?? byScore;
    // People have it now; when the assistant answers again, nothing of before counts.
    if (reason !== null) [since, asked] = [[], []];
    return reason;
  });
};
