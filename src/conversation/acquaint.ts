import type { Channel, Sender } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import { type ConversationRow, saveProfile } from '#store/conversations.ts';
import type { Store } from '#store/open.ts';

export interface AcquaintParts {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, Channel>;
}

/** The name of somebody whose event told no more than an id. */
type Named = Pick<Sender, 'id' | 'displayName'>;

export interface Acquaint {
  /** The person of a conversation, before its first turn; what is told is kept. */
  customer(row: ConversationRow, sealer: Sealer): Promise<ConversationRow>;
  /** Whoever speaks at the desk. */
  agent<Agent extends Named>(channel: string, agent: Agent): Promise<Agent>;
}

/**
 * Asks a platform whose events carry no more than an id who somebody is. The event was stored without that, so that nobody waited
 * for it.
 */
export const createAcquaint = ({ store, channels }: AcquaintParts): Acquaint => ({
  customer: async (row, sealer) => {
    const sender = JSON.parse(sealer.open(row.profile, 'profile')) as Sender;
    if (sender.displayName !== sender.id) return row;
    const told = await channels.get(row.channel)?.acquaint?.(sender.id);
    if (!told) return row;
    const profile = sealer.seal(JSON.stringify({ ...sender, ...told }), 'profile');
    await saveProfile(store, row, profile);
    return { ...row, profile };
  },
  agent: async (channel, agent) => {
    if (agent.displayName !== agent.id) return agent;
    const told = await channels.get(channel)?.acquaint?.(agent.id);
    return told ? { ...agent, displayName: told.displayName } : agent;
  },
});
