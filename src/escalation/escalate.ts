import type { Sentiment } from '#core/model.ts';
import type { Say } from '#core/sentences.ts';
import type { CaseDraft, CheckedText, Delivered, Escalated, Received } from '#core/turn.ts';
import type { Store } from '#store/open.ts';
import { recentTurns } from '#store/recent-turns.ts';

import { asksAgain, type ScoreRules, scoreSigns } from './hand-over-score.ts';

export interface EscalateParts {
  readonly store: Store;
  readonly draft: (turn: Received, reason: string) => Promise<CaseDraft | null>;
  /** What the model noticed that brings in a person. */
  readonly handOverOn: { readonly needsHuman: boolean; readonly sentiments: readonly Sentiment[] };
  /** What other signs are worth in an organization. */
  readonly scoreOf: (organization: string) => ScoreRules;
  readonly terms: (text: string) => readonly string[];
  /** Whether something was asked and nothing found to lean on. */
  readonly isMissed: (turn: Delivered) => boolean;
  readonly say: Say;
}

/** Questions before the present one that it may repeat. */
const repeatsWithin = 3;

const reasonOf = ({ answer }: Delivered, { needsHuman, sentiments }: EscalateParts['handOverOn']): string | null => {
  if (answer.stopReason === 'refused') return 'the model declined';
  const { signals } = answer;
  if (signals?.needsHuman && needsHuman) return 'the assistant sees that a person is needed';
  const sentiment = signals?.sentiment;
  return sentiment && sentiments.includes(sentiment) ? `they are ${sentiment}` : null;
};

/** Hands over where the answer itself shows that it is needed: the model refused to answer or noticed it, or several signs together. */
export const escalate = (parts: EscalateParts) => {
  const { store, draft, handOverOn, scoreOf, terms, say } = parts;

  const scored = async (turn: Delivered): Promise<string | null> => {
    const rules = scoreOf(turn.owner.organization);
    const isMissed = parts.isMissed(turn);
    const sentiment = turn.answer.signals?.sentiment ?? null;
    // What the pages answer to somebody who is calm needs no look at what was before.
    if (turn.answer.stopReason === 'stopped') return null;
    if (!isMissed && sentiment !== 'upset' && sentiment !== 'angry') return null;
    const asked = turn.recent.filter(({ role }) => role === 'user').slice(-repeatsWithin);
    const isRepeated = asksAgain(
      terms(turn.question),
      asked.map(({ text }) => terms(text)),
    );
    const turns = [...(await recentTurns(store, turn.owner)), { isMissed, sentiment }];
    const { score, reasons } = scoreSigns({ turns, isRepeated }, rules);
    return score >= rules.handOverAt ? reasons.join('; ') : null;
  };

  return async (turn: Delivered): Promise<Escalated> => {
    const reason = reasonOf(turn, handOverOn) ?? (await scored(turn));
    const opens = reason === null ? null : await draft(turn, reason);
    if (!opens || turn.answer.stopReason === 'refused') return { ...turn, opens };
    const told = [say(turn, 'handover'), opens.wait].filter(Boolean).join(' ');
    return { ...turn, shown: { ...turn.shown, text: `${turn.shown.text}\n\n${told}` as CheckedText }, opens };
  };
};
