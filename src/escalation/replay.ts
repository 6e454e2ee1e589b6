import type { ScoreRules } from '#core/score-rules.ts';

import {
  type Answered,
  asksAgain,
  type HandOverOn,
  isSign,
  type Noticed,
  reasonNoticed,
  reasonScored,
  repeatsWithin,
} from './hand-over-score.ts';

/** One recorded question, and what the model noticed at it. */
export interface Replayed extends Noticed {
  readonly text: string;
  readonly isMissed: boolean;
}

/** When a person takes over, in one set of settings. */
export interface Router {
  /** Why the words alone bring in a person, or null. */
  readonly atOnce: (text: string) => string | null;
  readonly handOverOn: HandOverOn;
  readonly score: ScoreRules;
}

/** For each question of a conversation, in order, why a person would have taken over at it; null where none would. */
export const replay = (
  turns: readonly Replayed[],
  { atOnce, handOverOn, score: rules }: Router,
  terms: (text: string) => readonly string[],
): (string | null)[] => {
  let since: Answered[] = [];
  let asked: (readonly string[])[] = [];
  return turns.map(({ text, isMissed, sentiment, needsHuman }) => {
    const words = terms(text);
    const present = { isMissed, sentiment };
    since.push(present);
    const byScore = isSign(present) ? reasonScored({ turns: since, isRepeated: asksAgain(words, asked) }, rules) : null;
    asked = [...asked, words].slice(-repeatsWithin);
    const reason = atOnce(text) ?? reasonNoticed({ sentiment, needsHuman }, handOverOn) ?? byScore;
    // People have it now; when the assistant answers again, nothing of before counts.
    if (reason !== null) [since, asked] = [[], []];
    return reason;
  });
};
