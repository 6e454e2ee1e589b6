import type { Channel, Sender } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import { type ConversationRow, saveProfile } from '#store/conversations.ts';
import type { Store } from '#store/open.ts';

export interface AcquaintParts {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, Channel>;
}

/**
 * Asks a platform whose events carry no more than an id who the person is, before the first turn: the event was stored without
 * that, so that nobody waited for it. What is told is kept.
 */
export const createAcquaint =
  ({ store, channels }: AcquaintParts) =>
  async (row: ConversationRow, sealer: Sealer): Promise<ConversationRow> => {
    const sender = JSON.parse(sealer.open(row.profile, 'profile')) as Sender;
    if (sender.displayName !== sender.id) return row;
    const known = await channels.get(row.channel)?.acquaint?.(sender);
    if (!known || known.displayName === known.id) return row;
    const profile = sealer.seal(JSON.stringify(known), 'profile');
    await saveProfile(store, row, profile);
    return { ...row, profile };
  };

export type Acquaint = ReturnType<typeof createAcquaint>;
