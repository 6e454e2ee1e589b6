import type { WebClient } from '@slack/web-api';
import type { InboundEvent, ThreadKey } from '#core/channel.ts';
import { createRecent } from '#core/recent.ts';
import { isPerson, readThreadKey, toThreadKey, type SlackThread } from './keys.ts';
import type { Recipient } from './stream.ts';

/** So many threads are remembered with who spoke last in them. */
const threadsMax = 5000;

/** Who is answered in a thread of a room: a stream has to name its reader, and their own workspace. */
export interface Recipients {
  note(event: InboundEvent | null): void;
  /** Whoever spoke last, as far as this process heard, or began the thread; null where nobody is known. Never rejects. */
  of(client: WebClient, thread: SlackThread & { readonly root: string }): Promise<Recipient | null>;
}

export const createRecipients = (): Recipients => {
  const known = createRecent<Promise<Recipient | null>>(threadsMax);

  /** In another process somebody may have spoken since, in their thread nonetheless. */
  const beginner = async (client: WebClient, { team, room, root }: SlackThread & { readonly root: string }) => {
    const asked = { channel: room, ts: root, latest: root, inclusive: true, limit: 1 };
    const { messages } = await client.conversations.replies(asked);
    const [first] = messages ?? [];
    if (first?.ts !== root || !first.user || first.bot_id) return null;
    return { user: first.user, team: first.team ?? team };
  };

  return {
    note(event) {
      if (event?.kind !== 'message' && event?.kind !== 'action') return;
      const { id: user, organization: team } = event.sender;
      if (!isPerson(readThreadKey(event.thread).room)) known.set(event.thread, Promise.resolve({ user, team }));
    },
    of(client, thread) {
      const key: ThreadKey = toThreadKey(thread);
      const found = known.get(key) ?? beginner(client, thread).catch(() => null);
      known.set(key, found);
      return found;
    },
  };
};
