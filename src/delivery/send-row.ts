import type { Channel, OutboundMessage, SentKey, SentMessage, ThreadKey } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import { heardWithin } from '#store/inbox.ts';
import { writeLedger } from '#store/ledger.ts';
import type { Store } from '#store/open.ts';
import { clearAttempt, findOutbox, isSentBy, markShown, type OutboxRow } from '#store/outbox.ts';

import type { Budgets, Use } from './budgets.ts';
import { linkToFile } from './link-to-file.ts';

const sentPurpose = 'sent';

export interface SendRowParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly budgets: Budgets;
  /** The file at an address of ours; null where it is not there any more. */
  readonly readShared: (url: string) => Promise<Uint8Array | null>;
  /** Told of every message the platform has, before the row says so: what depends on it is known after a crash in between. */
  readonly onShown: (row: OutboxRow, sent: SentMessage) => Promise<void>;
}

/** This row waits for another row of the same conversation to be shown first. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

/** The whole message may have been sent, and the platform has no way to tell: sending it again might show it twice. */
export class Uncertain extends Error {
  override readonly name = 'Uncertain';
}

/** How a message is written: for growing words or for good. */
export interface Writing {
  readonly use: Use;
  /** Notes the write in the store, for whoever holds the lane. Throws LaneLost. */
  hold(): Promise<void>;
}

export interface ShownRow {
  readonly sent: SentMessage;
  readonly sealed: ReturnType<Sealer['seal']>;
  /** Fingerprint of the platform's id. */
  readonly index: string;
}

/**
 * Writes one outbox row to its platform, once: edits the message if the row has one already, and where an earlier attempt has
 * no known end, looks at the platform before sending again. Where the platform has a place for it beforehand, the row knows
 * that place before anything can be seen. Throws ChannelError, NotYet, Uncertain or LaneLost.
 */
export const createSendRow = ({ store, vault, channels, budgets, readShared, onShown }: SendRowParts) => {
  const toIndex = (sent: SentMessage): string => vault.index('sent', sent.message satisfies SentKey);

  const readSent = (sealer: Sealer, row: OutboxRow | null): SentMessage | null =>
    row?.sent ? (JSON.parse(sealer.open(row.sent, sentPurpose)) as SentMessage) : null;

  const sentOf = async (row: OutboxRow, sealer: Sealer, key: string): Promise<SentMessage> => {
    const sent = readSent(sealer, await findOutbox(store, row, key));
    if (!sent) throw new NotYet(key);
    return sent;
  };

  /** One call to the platform, within the budget and under the fence. */
  const call = async <T>(
    channel: Channel,
    row: OutboxRow,
    [kind, thread, isPaid = false]: readonly ['send' | 'edit' | 'reserve', ThreadKey, boolean?],
    { use, hold }: Writing,
    work: () => Promise<T>,
  ): Promise<T> => {
    const counted = kind === 'edit' ? kind : 'send';
    const waitMs = isPaid ? 0 : await budgets.take(channel, thread, counted, use);
    if (waitMs > 0) throw new ChannelError(channel.name, 'rate_limited', 'budget', { retryAfterMs: waitMs });
    await hold();
    // Whatever becomes of it, nobody sees it.
    if (kind === 'reserve') await clearAttempt(store, row);
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      if (error.reason === 'rate_limited') {
        await budgets.block(channel, thread, counted, error.retryAfterMs ?? 0);
        await writeLedger(store, row, { subject: row.key, step: 'rate_limited', code: error.code });
      }
      if (kind === 'send' && error.reason !== 'ambiguous') await clearAttempt(store, row);
      throw error;
    }
  };

  /** A place at the platform that is known before there is anything to see in it, or null. */
  const reserve = async (
    channel: Channel,
    row: OutboxRow,
    thread: ThreadKey,
    message: OutboundMessage,
    writing: Writing,
  ): Promise<SentMessage | null> => {
    const { reserve: take } = channel;
    return take ? call(channel, row, ['reserve', thread], writing, () => take(thread, message, row.key)) : null;
  };

  /** What an attempt without a known end left on the platform, or null where it left nothing. */
  const leftBehind = async (
    channel: Channel,
    row: OutboxRow,
    thread: ThreadKey,
    message: OutboundMessage,
    use: Use,
  ): Promise<SentMessage | null> => {
    if (!row.attemptedAt) return null;
    if (channel.findSent) {
      const found = await channel.findSent(thread, row.key, row.createdAt, message);
      // Another message with the same words is not this one.
      return found && !(await isSentBy(store, row, toIndex(found))) ? found : null;
    }
    if (use !== 'final') throw new ChannelError(channel.name, 'ambiguous', 'unknown_end');
    // Only growing words were tried: the whole text is worth more than the chance of a beginning that stays.
    if (row.attempts === 0) return null;
    throw new Uncertain(row.key);
  };

  /** The message as this channel shows it: with its file in it, or with where that is. */
  const withFile = async (
    channel: Channel,
    thread: ThreadKey,
    message: OutboundMessage,
  ): Promise<{ readonly message: OutboundMessage; readonly bytes?: Uint8Array }> => {
    if (!message.file) return { message };
    const bytes = channel.takesFile?.(message.file, thread) ? await readShared(message.file.url) : null;
    return bytes ? { message, bytes } : { message: linkToFile(message) };
  };

  return async (row: OutboxRow, sealer: Sealer, words: OutboundMessage, writing: Writing): Promise<ShownRow> => {
    const channel = channels.get(row.channel);
    if (!channel) throw new NotYet(`channel ${row.channel}`);
    const toShown = (sent: SentMessage): ShownRow => ({
      sent,
      sealed: sealer.seal(JSON.stringify(sent), sentPurpose),
      index: toIndex(sent),
    });
    const edit = async (sent: SentMessage, message = words): Promise<void> => {
      const { edit: change } = channel;
      if (change) await call(channel, row, ['edit', sent.thread], writing, () => change(sent, message));
    };

    const existing = row.replaces ? await sentOf(row, sealer, row.replaces) : readSent(sealer, row);
    if (existing) {
      await edit(existing);
      return toShown(existing);
    }
    const thread = row.follows
      ? (await sentOf(row, sealer, row.follows)).thread
      : (sealer.open(row.thread, 'thread') as ThreadKey);
    const freeMs = channel.freeWordsMs?.(thread) ?? null;
    const isLate = freeMs !== null && !(await heardWithin(store, row, freeMs));
    const { message, bytes } = await withFile(channel, thread, isLate ? { ...words, isLate } : words);
    const left = await leftBehind(channel, row, thread, message, writing.use);
    const found = left ?? (await reserve(channel, row, thread, message, writing));
    // A place that was refused has used the turn of the message: waiting for another would use that one too.
    const isPaid = channel.reserve !== undefined;
    const send = () => channel.send(thread, message, row.key, bytes);
    const sent = found ?? (await call(channel, row, ['send', thread, isPaid], writing, send));
    await onShown(row, sent);
    const shown = toShown(sent);
    if (!found) return shown;
    await markShown(store, row, shown.sealed, shown.index);
    if (left) await writeLedger(store, row, { subject: row.key, step: 'reconciled' });
    await edit(found, message);
    return shown;
  };
};

export type SendRow = ReturnType<typeof createSendRow>;
