import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import type { ScoreRules } from '#core/score-rules.ts';

import { type Answered, asksAgain, scoreSigns } from './hand-over-score.ts';

const rules: ScoreRules = {
  handOverAt: 4,
  missed: 1,
  missedMax: 3,
  repeated: 2,
  upset: 1,
  angry: 2,
  worse: 1,
  long: 1,
  longTurns: 12,
  important: 0,
};
const hit: Answered = { isMissed: false, sentiment: null };
const miss: Answered = { isMissed: true, sentiment: null };
const score = (turns: readonly Answered[], isRepeated = false) => scoreSigns({ turns, isRepeated }, rules);

test('misses in a row count, and an answer ends the row', () => {
  expect(score([miss, miss]).score).toBe(2);
  expect(score([miss, hit, miss]).score).toBe(1);
  expect(score([miss, miss, miss, miss, miss]).score).toBe(3);
  expect(score([miss, miss], true)).toEqual({
    score: 4,
    reasons: ['2 questions in a row that no page answers', 'asked again in other words'],
  });
});

test('a mood that gets worse counts more than one that stays', () => {
  expect(
    score([
      { isMissed: false, sentiment: 'calm' },
      { isMissed: false, sentiment: 'angry' },
    ]).score,
  ).toBe(3);
  expect(
    score([
      { isMissed: false, sentiment: 'angry' },
      { isMissed: false, sentiment: 'angry' },
    ]).score,
  ).toBe(2);
  // From happy to calm nobody needs a person.
  expect(
    score([
      { isMissed: false, sentiment: 'happy' },
      { isMissed: false, sentiment: 'calm' },
    ]).score,
  ).toBe(0);
});

test('no mood hands over by itself, whatever came before it, while pages answer', () => {
  const sentiment = fc.constantFrom('happy', 'calm', 'worried', 'upset', 'angry', null);
  fc.assert(
    fc.property(fc.array(sentiment, { minLength: 1, maxLength: 12 }), (moods) => {
      expect(score(moods.map((one) => ({ isMissed: false, sentiment: one }) as Answered)).score).toBeLessThan(4);
    }),
  );
});

test('what is asked again is seen by its words, and another question about the same is not', () => {
  const before = [['order', 'arriv', 'when']];
  expect(asksAgain(['when', 'order', 'arriv', 'final'], before)).toBe(true);
  expect(asksAgain(['order', 'cancel'], before)).toBe(false);
  expect(asksAgain(['order'], before)).toBe(false);
});
