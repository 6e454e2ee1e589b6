import { estimateTokens } from '#core/tokens.ts';
import type { ModelMessage } from '#core/model.ts';
import type { ConversationRef, Recorded, Summarized } from '#core/turn.ts';
import { saveSummary } from '#store/conversations.ts';
import type { Store } from '#store/open.ts';

export interface SummarizeParts {
  readonly store: Store;
  /** Folds older messages into the summary so far. */
  readonly digest: (
    owner: ConversationRef,
    summary: string | null,
    messages: readonly ModelMessage[],
  ) => Promise<string>;
  readonly budgetTokens: number;
  /** Share of the budget at which folding begins. */
  readonly startShare: number;
  readonly onFailed: (error: unknown) => void;
}

/** Folds away what no longer fits. The turn has ended by now: a failure here costs nothing but another try next turn. */
export const summarize =
  ({ store, digest, budgetTokens, startShare, onFailed }: SummarizeParts) =>
  async (turn: Recorded): Promise<Summarized> => {
    const recentTokens = turn.recent.reduce(
      (sum, message) => sum + estimateTokens(message.text),
      estimateTokens(turn.summary ?? ''),
    );
    const old = turn.unsummarized;
    const last = old.at(-1);
    if (!last || recentTokens < budgetTokens * startShare) return { ...turn, summarized: 0 };
    try {
      const summary = await digest(
        turn.owner,
        turn.summary,
        old.map((one) => one.message),
      );
      await saveSummary(store, turn.owner, turn.sealer.seal(summary, 'summary'), last.position);
      return { ...turn, summarized: old.length };
    } catch (error) {
      onFailed(error);
      return { ...turn, summarized: 0 };
    }
  };
