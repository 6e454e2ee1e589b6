import { estimateTokens } from '#core/tokens.ts';
import type { ModelMessage } from '#core/model.ts';
import type { GuardedText, InputGuarded, Recalled } from '#core/turn.ts';
import { messagesAfter } from '#store/messages.ts';
import type { Store } from '#store/open.ts';

export interface RecallParts {
  readonly store: Store;
  /** Tokens that summary and recent messages may take. */
  readonly budgetTokens: number;
  /** Most messages read at once. */
  readonly messagesMax: number;
  /** Told of the question first: what it is searched by can be made while the messages are read. */
  readonly foresee: (question: GuardedText) => void;
}

/** The summary and as many of the latest messages as the budget holds. Stored messages are the guarded ones already. */
export const recall =
  ({ store, budgetTokens, messagesMax, foresee }: RecallParts) =>
  async (turn: InputGuarded): Promise<Recalled> => {
    foresee(turn.question);
    const { known } = turn;
    const summary = known.summary ? turn.sealer.open(known.summary, 'summary') : null;
    const rows = await messagesAfter(store, turn.owner, known.summarizedThrough, messagesMax);
    const messages = rows.map((row) => ({
      position: row.position,
      message: {
        role: row.speaker === 'customer' ? 'user' : 'assistant',
        text: turn.sealer.open(row.body, 'message') as GuardedText,
      } satisfies ModelMessage,
    }));
    let left = budgetTokens - estimateTokens(summary ?? '') - estimateTokens(turn.question);
    let from = messages.length;
    while (from > 0) {
      left -= estimateTokens(messages[from - 1]?.message.text ?? '');
      if (left < 0) break;
      from--;
    }
    return {
      ...turn,
      summary,
      recent: messages.slice(from).map((one) => one.message),
      unsummarized: messages.slice(0, from),
    };
  };
