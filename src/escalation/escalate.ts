import type { Sentiment } from '#core/model.ts';
import type { Say } from '#core/sentences.ts';
import type { CaseDraft, CheckedText, Delivered, Escalated, Received } from '#core/turn.ts';

export interface EscalateParts {
  readonly draft: (turn: Received, reason: string) => Promise<CaseDraft | null>;
  /** What the model noticed that brings in a person. */
  readonly handOverOn: { readonly needsHuman: boolean; readonly sentiments: readonly Sentiment[] };
  readonly say: Say;
}

const reasonOf = ({ answer }: Delivered, { needsHuman, sentiments }: EscalateParts['handOverOn']): string | null => {
  if (answer.stopReason === 'refused') return 'the model declined';
  const { signals } = answer;
  if (signals?.needsHuman && needsHuman) return 'the assistant sees that a person is needed';
  const sentiment = signals?.sentiment;
  return sentiment && sentiments.includes(sentiment) ? `they are ${sentiment}` : null;
};

/** Hands over where the answer itself shows that it is needed: the model refused to answer, or noticed that a person must act. */
export const escalate =
  ({ draft, handOverOn, say }: EscalateParts) =>
  async (turn: Delivered): Promise<Escalated> => {
    const reason = reasonOf(turn, handOverOn);
    const opens = reason === null ? null : await draft(turn, reason);
    if (!opens || turn.answer.stopReason === 'refused') return { ...turn, opens };
    const text =
      `${turn.shown.text}\n\n${[say(turn, 'handover'), opens.wait].filter(Boolean).join(' ')}` as CheckedText;
    return { ...turn, shown: { ...turn.shown, text }, opens };
  };
