import type { CaseDraft, Delivered, Escalated, Received } from '#core/turn.ts';

/** Hands over where the answer itself shows that it is needed: the model refused to answer. */
export const escalate =
  ({ draft }: { draft: (turn: Received, reason: string) => Promise<CaseDraft | null> }) =>
  async (turn: Delivered): Promise<Escalated> => ({
    ...turn,
    opens: turn.answer.stopReason === 'refused' ? await draft(turn, 'the model declined') : null,
  });
