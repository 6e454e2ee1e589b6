import { estimateTokens } from '#core/tokens.ts';
import type { Quoted } from '#core/model.ts';
import type { GuardedText, InputGuarded, Recalled, RecalledMessage } from '#core/turn.ts';
import type { Store } from '#store/open.ts';
import { type RecalledRow, recalledAfter } from '#store/recalled.ts';

export interface RecallParts {
  readonly store: Store;
  /** Tokens that summary and recent messages may take. */
  readonly budgetTokens: number;
  /** How long a provider keeps in its cache what it has read, after the last time. */
  readonly cacheMs: number;
  /** Most messages read at once. */
  readonly messagesMax: number;
  /** Told of the question first: what it is searched by can be made while the messages are read. */
  readonly foresee: (question: GuardedText) => void;
}

/** How many of the last rows were said without a pause in which a provider forgets: it may still know all that it read with them. */
const countWarm = (ages: readonly number[], cacheMs: number): number => {
  let after = 0;
  let count = 0;
  for (const age of ages.toReversed()) {
    if (age - after > cacheMs) break;
    after = age;
    count += 1;
  }
  return count;
};

const toMessages = (
  turn: InputGuarded,
  rows: readonly RecalledRow[],
  cacheMs: number,
): { readonly position: number; readonly message: RecalledMessage }[] => {
  const cold =
    rows.length -
    countWarm(
      rows.map(({ ageMs }) => ageMs),
      cacheMs,
    );
  return rows.map((row, index) => ({
    position: row.position,
    message: {
      role: row.speaker === 'customer' ? 'user' : 'assistant',
      text: turn.sealer.open(row.body, 'message') as GuardedText,
      quoted: row.quoted && index >= cold ? (JSON.parse(turn.sealer.open(row.quoted, 'quoted')) as Quoted) : null,
    },
  }));
};

const tokensOf = ({ text, quoted }: RecalledMessage): number =>
  (quoted?.passages ?? []).reduce((sum, passage) => sum + estimateTokens(passage.text), estimateTokens(text));

/** The summary and as many of the latest messages as the budget holds. Stored messages are the guarded ones already. */
export const recall =
  ({ store, budgetTokens, cacheMs, messagesMax, foresee }: RecallParts) =>
  async (turn: InputGuarded): Promise<Recalled> => {
    foresee(turn.question);
    const { known } = turn;
    const summary = known.summary ? turn.sealer.open(known.summary, 'summary') : null;
    const messages = toMessages(
      turn,
      await recalledAfter(store, turn.owner, known.summarizedThrough, messagesMax),
      cacheMs,
    );
    let left = budgetTokens - estimateTokens(summary ?? '') - estimateTokens(turn.question);
    let from = messages.length;
    for (const { message } of messages.toReversed()) {
      left -= tokensOf(message);
      if (left < 0) break;
      from -= 1;
    }
    return {
      ...turn,
      summary,
      recent: messages.slice(from).map((one) => one.message),
      unsummarized: messages.slice(0, from),
    };
  };
