import type { Channel, OutboundMessage, SentKey, SentMessage, ThreadKey } from '#core/channel.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import type { Store } from '#store/open.ts';
import { findOutbox, markAttempt, markSent, type OutboxRow } from '#store/outbox.ts';

export const sentPurpose = 'sent';

export interface SendRowParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly channels: ReadonlyMap<string, Channel>;
  /** Told of every message the platform has, before the row says so: what depends on it is known after a crash in between. */
  readonly onShown: (row: OutboxRow, sent: SentMessage) => Promise<void>;
}

/** Rows that wait for another row of the same conversation to be shown first. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

export const readSent = (sealer: Sealer, row: OutboxRow): SentMessage | null =>
  row.sent ? (JSON.parse(sealer.open(row.sent, sentPurpose)) as SentMessage) : null;

/**
 * Shows one outbox row, once: edits the message if the row has one already, and where an earlier attempt has no known end,
 * looks at the platform before sending again. Throws ChannelError or NotYet.
 */
export const createSendRow = ({ store, vault, channels, onShown }: SendRowParts) => {
  const sentOf = async (row: OutboxRow, sealer: Sealer, key: string): Promise<SentMessage> => {
    const other = await findOutbox(store, row, key);
    const sent = other && readSent(sealer, other);
    if (!sent) throw new NotYet(key);
    return sent;
  };

  const post = async (
    channel: Channel,
    row: OutboxRow,
    sealer: Sealer,
    message: OutboundMessage,
  ): Promise<SentMessage> => {
    const thread = row.follows
      ? (await sentOf(row, sealer, row.follows)).thread
      : (sealer.open(row.thread, 'thread') as ThreadKey);
    const earlier = row.attemptedAt && (await channel.findSent?.(thread, row.key, row.createdAt));
    if (earlier) {
      await channel.edit?.(earlier, message);
      return earlier;
    }
    await markAttempt(store, row);
    return channel.send(thread, message, row.key);
  };

  return async (row: OutboxRow, sealer: Sealer, message: OutboundMessage, finished: boolean): Promise<SentMessage> => {
    const channel = channels.get(row.channel);
    if (!channel) throw new NotYet(`channel ${row.channel}`);
    const existing = row.replaces ? await sentOf(row, sealer, row.replaces) : readSent(sealer, row);
    if (existing) await channel.edit?.(existing, message);
    const sent = existing ?? (await post(channel, row, sealer, message));
    await onShown(row, sent);
    await markSent(
      store,
      row,
      sealer.seal(JSON.stringify(sent), sentPurpose),
      vault.index('sent', sent.message satisfies SentKey),
      finished,
    );
    return sent;
  };
};

export type SendRow = ReturnType<typeof createSendRow>;
