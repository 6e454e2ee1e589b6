import type { ScoreRules } from '#core/score-rules.ts';
import type { Say } from '#core/sentences.ts';
import type { CaseDraft, CheckedText, Delivered, Escalated, Received } from '#core/turn.ts';
import type { Store } from '#store/open.ts';
import { recentTurns } from '#store/recent-turns.ts';

import { asksAgain, type HandOverOn, isSign, reasonNoticed, reasonScored, repeatsWithin } from './hand-over-score.ts';

export interface EscalateParts {
  readonly store: Store;
  readonly draft: (turn: Received, reason: string) => Promise<CaseDraft | null>;
  /** What the model noticed that brings in a person. */
  readonly handOverOn: HandOverOn;
  /** What other signs are worth in an organization. */
  readonly scoreOf: (organization: string) => ScoreRules;
  readonly terms: (text: string) => readonly string[];
  /** Whether something was asked and nothing found to lean on. */
  readonly isMissed: (turn: Delivered) => boolean;
  readonly say: Say;
}

const reasonOf = ({ answer }: Delivered, on: HandOverOn): string | null => {
  if (answer.stopReason === 'refused') return 'the model declined';
  return answer.signals ? reasonNoticed(answer.signals, on) : null;
};

/** Hands over where the answer itself shows that it is needed: the model refused to answer or noticed it, or several signs together. */
export const escalate = (parts: EscalateParts) => {
  const { store, draft, handOverOn, scoreOf, terms, say } = parts;

  const scored = async (turn: Delivered): Promise<string | null> => {
    const rules = scoreOf(turn.owner.organization);
    const present = { isMissed: parts.isMissed(turn), sentiment: turn.answer.signals?.sentiment ?? null };
    if (turn.answer.stopReason === 'stopped' || !isSign(present)) return null;
    const asked = turn.recent.filter(({ role }) => role === 'user').slice(-repeatsWithin);
    const isRepeated = asksAgain(
      terms(turn.question),
      asked.map(({ text }) => terms(text)),
    );
    const turns = [...(await recentTurns(store, turn.owner)), present];
    return reasonScored({ turns, isRepeated }, rules);
  };

  return async (turn: Delivered): Promise<Escalated> => {
    const reason = reasonOf(turn, handOverOn) ?? (await scored(turn));
    const opens = reason === null ? null : await draft(turn, reason);
    if (!opens || turn.answer.stopReason === 'refused') return { ...turn, opens };
    const told = [say(turn, 'handover'), opens.wait].filter(Boolean).join(' ');
    return { ...turn, shown: { ...turn.shown, text: `${turn.shown.text}\n\n${told}` as CheckedText }, opens };
  };
};
