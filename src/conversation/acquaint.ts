import type { Channel, Sender } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import { type ConversationRow, saveProfile } from '#store/conversations.ts';
import type { Store } from '#store/open.ts';

import type { StoredEvent } from './inbox.ts';

export interface AcquaintParts {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, Channel>;
}

/** Some platforms name people by no more than an id: an event is stored without asking for more, so that nobody waits for it. */
export interface Acquaint {
  /** The conversation with who its person is, asked for before a turn until it is told, and kept then. */
  withPerson(row: ConversationRow, sealer: Sealer): Promise<ConversationRow>;
  /** The event with the name of who spoke, as far as it is told. */
  withSpeaker<Event extends StoredEvent>(event: Event): Promise<Event>;
}

export const createAcquaint = ({ store, channels }: AcquaintParts): Acquaint => {
  const ask = async (channel: string, sender: Sender): Promise<Sender | null> => {
    if (sender.displayName !== sender.id) return null;
    const known = await channels.get(channel)?.acquaint?.(sender);
    return known && known.displayName !== known.id ? known : null;
  };
  return {
    async withPerson(row, sealer) {
      const known = await ask(row.channel, JSON.parse(sealer.open(row.profile, 'profile')) as Sender);
      if (!known) return row;
      const profile = sealer.seal(JSON.stringify(known), 'profile');
      await saveProfile(store, row, profile);
      return { ...row, profile };
    },
    async withSpeaker(event) {
      const known = await ask(event.channel, event.sender);
      return known ? { ...event, sender: { ...event.sender, displayName: known.displayName } } : event;
    },
  };
};
