import type { OutboundMessage } from '#core/channel.ts';
import { ChannelError, LaneLost } from '#core/errors.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import { isWithdrawn, writeRefusal } from '#store/consent.ts';
import { writersDone } from '#store/conversations.ts';
import { writeLedger } from '#store/ledger.ts';
import type { Store } from '#store/open.ts';
import { holdDue, markEnded, markLater, markSent, type OutboxRow, takeOutbox } from '#store/outbox.ts';

import { NotYet, type SendRow, Uncertain } from './send-row.ts';

export type Undelivered = 'failed' | 'expired' | 'uncertain' | 'withheld';

/** The person wants to be written to no more. */
class Withheld extends Error {
  override readonly name = 'Withheld';
}

export interface DispatchParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly sendRow: SendRow;
  /** Pause before the first retry; doubles with each one, up to a minute. */
  readonly retryDelayMs: number;
  /** A message older than this is not posted any more: a person decides. */
  readonly ageMaxMs: number;
  /** How long an edit without a known end may still land after the last one. */
  readonly settleMs: number;
  /** Rows that are for agents: they wait for their room, however long it takes. */
  readonly isForDesk: (row: OutboxRow) => boolean;
  /** Rows that nothing has to wait for, and that wait for nothing. */
  readonly standsApart: (row: OutboxRow) => boolean;
  /** Looks again after this time. */
  readonly wakeIn: (conversation: string, delayMs: number) => void;
  readonly onSent: (row: OutboxRow) => void;
  readonly onTrouble: (row: OutboxRow, code: string) => void;
  readonly onEnded: (row: OutboxRow, state: Undelivered, code: string) => Promise<void>;
}

const delayMaxMs = 60_000;
/** How long after a row that waits for another is looked at again by itself. */
const notYetMs = 5000;

/** Where rows wait for one another: the same thread on the same channel. */
const queueOf = (row: OutboxRow): string => `${row.channel}:${row.follows ?? row.replaces ?? 'thread'}`;

const codeOf = (error: unknown): string => (error instanceof ChannelError ? `${error.reason}:${error.code}` : 'error');

/** Sends what is due in one conversation, in order for each thread; what cannot go now is due again later. */
export const createDispatch = (parts: DispatchParts) => {
  const { store, vault } = parts;

  const end = async (row: OutboxRow, state: Undelivered, code: string): Promise<null> => {
    await markEnded(store, row, state, code);
    await parts.onEnded(row, state, code);
    return null;
  };

  /** Milliseconds until it is tried again, or null when it is over. */
  const settle = async (row: OutboxRow, error: unknown): Promise<number | null> => {
    const known = error instanceof ChannelError ? error : null;
    const code = codeOf(error);
    // It stays due: the pass that sends the other row sends this one too.
    if (error instanceof NotYet) return notYetMs;
    if (error instanceof Withheld) return end(row, 'withheld', 'no_consent');
    if (known?.reason === 'no_consent') {
      await writeRefusal(store, row, known.code);
      return end(row, 'withheld', code);
    }
    if (error instanceof Uncertain) return end(row, 'uncertain', 'may_have_been_sent');
    const isRefused = known?.reason === 'refused' || known?.reason === 'unreachable';
    if (isRefused && !parts.isForDesk(row)) return end(row, 'failed', code);
    if (isRefused) parts.onTrouble(row, code);
    if (known?.reason !== 'rate_limited')
      await writeLedger(store, row, { subject: row.key, step: 'send_failed', code });
    const backoffMs = Math.min(delayMaxMs, parts.retryDelayMs * 2 ** row.attempts);
    const delayMs = known?.retryAfterMs ?? backoffMs;
    await markLater(store, row, delayMs, code);
    return delayMs;
  };

  /** Posting late is worse than asking a person; an edit of what is there already is never late. */
  const isTooOld = (row: OutboxRow): boolean =>
    row.sent === null && row.replaces === null && !parts.isForDesk(row) && row.ageMs > parts.ageMaxMs;

  const send = async (row: OutboxRow, sealer: Sealer, fence: number): Promise<number | null> => {
    if (isTooOld(row)) return end(row, 'expired', 'too_old');
    try {
      const message = JSON.parse(sealer.open(row.body, 'outbox')) as OutboundMessage;
      let { attempts } = row;
      const hold = async (): Promise<void> => {
        if (!(await holdDue(store, row, fence, attempts)))
          throw (await isWithdrawn(store, row, row.channel)) ? new Withheld(row.key) : new LaneLost(row.conversation);
        attempts += 1;
      };
      const { sealed, index } = await parts.sendRow(row, sealer, message, { use: 'final', hold });
      await markSent(store, row, sealed, index, parts.settleMs);
      parts.onSent(row);
      return row.unsettled ? parts.settleMs : null;
    } catch (error) {
      if (error instanceof LaneLost) throw error;
      return settle(row, error);
    }
  };

  return async (conversation: string, signal: AbortSignal): Promise<void> => {
    let taken = await takeOutbox(store, conversation);
    if (!taken) {
      await writersDone(store, conversation);
      taken = await takeOutbox(store, conversation);
    }
    if (!taken) return;
    const sealer = vault.unwrap(taken.wrappedKey);
    const blocked = new Set<string>();
    let nextMs: number | null = null;
    for (const row of taken.due) {
      if (signal.aborted) break;
      const queue = parts.standsApart(row) ? row.key : queueOf(row);
      if (blocked.has(queue)) continue;
      const againMs = row.dueInMs > 0 ? row.dueInMs : await send(row, sealer, taken.fence);
      if (againMs === null) continue;
      blocked.add(queue);
      if (nextMs === null || againMs < nextMs) nextMs = againMs;
    }
    if (nextMs !== null) parts.wakeIn(conversation, nextMs);
  };
};
