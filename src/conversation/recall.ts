import type { Quoted } from '#core/model.ts';
import { emptySummary } from '#core/summary.ts';
import type { GuardedText, InputGuarded, Recalled, RecalledMessage } from '#core/turn.ts';
import type { Store } from '#store/open.ts';
import { type Episode, type RecalledRow, recalledAfter } from '#store/recalled.ts';

import { readSummary, renderSummary } from './summary.ts';

export interface RecallParts {
  readonly store: Store;
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

const toMessages = (turn: InputGuarded, rows: readonly RecalledRow[], cacheMs: number): RecalledMessage[] => {
  const cold =
    rows.length -
    countWarm(
      rows.map(({ ageMs }) => ageMs),
      cacheMs,
    );
  return rows.map((row, index) => ({
    position: row.position,
    role: row.speaker === 'customer' ? 'user' : 'assistant',
    text: turn.sealer.open(row.body, 'message') as GuardedText,
    quoted: row.quoted && index >= cold ? (JSON.parse(turn.sealer.open(row.quoted, 'quoted')) as Quoted) : null,
  }));
};

/** One line for each case that people are done with: what was said there is theirs. */
const toLine = ({ closedAt, reason, state }: Episode): string =>
  `${closedAt.toISOString().slice(0, 10)}: a person took over (${reason}) and ${state === 'resolved' ? 'resolved it' : 'handed back'}.`;

/** The summary and what was said since. Stored messages are the guarded ones already. */
export const recall =
  ({ store, cacheMs, messagesMax, foresee }: RecallParts) =>
  async (turn: InputGuarded): Promise<Recalled> => {
    foresee(turn.question);
    const { known } = turn;
    const { rows, episodes } = await recalledAfter(store, turn.owner, known.summarizedThrough, messagesMax);
    const kept = known.summary ? readSummary(turn.sealer.open(known.summary, 'summary')) : emptySummary;
    return {
      ...turn,
      summary: renderSummary(kept, episodes.map(toLine)),
      recent: toMessages(turn, rows, cacheMs),
    };
  };
