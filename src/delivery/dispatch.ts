import type { OutboundMessage } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { ChannelError } from '#core/errors.ts';
import type { Vault } from '#core/sealed.ts';
import { findConversation } from '#store/conversations.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';
import { dueOutbox, markFailed, markLater, type OutboxRow } from '#store/outbox.ts';

import { NotYet, type SendRow } from './send-row.ts';

export interface DispatchParts {
  readonly store: Store;
  readonly lanes: Lanes;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly sendRow: SendRow;
  readonly attemptsMax: number;
  /** Pause before the first retry; doubles with each one, up to a minute. */
  readonly retryDelayMs: number;
  readonly onFailed: (row: OutboxRow, code: string) => void;
}

const delayMaxMs = 60_000;

/** Where rows wait for one another: the same thread on the same channel. */
const queueOf = (row: OutboxRow): string => `${row.channel}:${row.follows ?? row.replaces ?? 'thread'}`;

/** Sends what is due in one conversation, in order for each thread; what cannot go now is due again later. */
export const createDispatch = (parts: DispatchParts) => {
  const { store, lanes, vault, clock } = parts;

  const settleFailure = async (row: OutboxRow, error: unknown): Promise<Date | null> => {
    const known = error instanceof ChannelError ? error : null;
    const code = known ? `${known.reason}:${known.code}` : error instanceof NotYet ? 'waiting' : 'error';
    const isFinal =
      known?.reason === 'refused' || known?.reason === 'unreachable' || row.attempts + 1 >= parts.attemptsMax;
    if (isFinal) {
      await markFailed(store, row, code);
      parts.onFailed(row, code);
      return null;
    }
    const backoffMs = Math.min(delayMaxMs, parts.retryDelayMs * 2 ** row.attempts);
    const dueAt = new Date(clock.now().getTime() + (known?.retryAfterMs ?? backoffMs));
    await markLater(store, row, dueAt, code, known?.reason !== 'rate_limited');
    return dueAt;
  };

  return async (conversation: string, signal: AbortSignal): Promise<void> => {
    const found = await findConversation(store, conversation);
    if (!found) return;
    const sealer = vault.unwrap(found.wrappedKey);
    const blocked = new Set<string>();
    let next: Date | null = null;
    for (const row of await dueOutbox(store, conversation)) {
      if (signal.aborted) break;
      if (blocked.has(queueOf(row))) continue;
      let retryAt: Date | null = row.dueAt > clock.now() ? row.dueAt : null;
      if (!retryAt) {
        try {
          const message = JSON.parse(sealer.open(row.body, 'outbox')) as OutboundMessage;
          await parts.sendRow(row, sealer, message, true);
        } catch (error) {
          retryAt = await settleFailure(row, error);
        }
      }
      if (!retryAt) continue;
      blocked.add(queueOf(row));
      if (!next || retryAt < next) next = retryAt;
    }
    if (next) await store.transaction((transaction) => lanes.wake(transaction, 'outbox', conversation, next));
  };
};
