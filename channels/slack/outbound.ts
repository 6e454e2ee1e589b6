import type { WebClient } from '@slack/web-api';
import type { Channel, SentMessage } from '#core/channel.ts';
import { call } from './client.ts';
import { readSentKey, readThreadKey, rootOf, toSentKey, toThreadKey, type SlackThread } from './keys.ts';
import { renderMessage } from './render.ts';
import type { DirectRooms } from './rooms.ts';
import type { Json } from './verify.ts';

const eventType = 'firstline';
const findPagesMax = 5;
const findPageSize = 200;
/** How far Slack's clock may be behind ours when we look for a message. */
const clockSkewSeconds = 60;

/** The newest page comes first in a room, the oldest in a thread. */
const findTs = async (
  client: WebClient,
  { room, root }: { readonly room: string; readonly root: string | null },
  key: string,
  since: Date,
): Promise<string | null> => {
  const oldest = String(Math.floor(since.getTime() / 1000) - clockSkewSeconds);
  let cursor: string | undefined;
  for (let page = 0; page < findPagesMax; page += 1) {
    const asked = {
      channel: room,
      oldest,
      limit: findPageSize,
      include_all_metadata: true,
      ...(cursor === undefined ? {} : { cursor }),
    };
    const found = await call(
      root === null ? client.conversations.history(asked) : client.conversations.replies({ ...asked, ts: root }),
    );
    for (const { ts, metadata } of found.messages ?? []) {
      const payload = metadata?.event_payload as Json | undefined;
      if (ts && metadata?.event_type === eventType && payload?.['key'] === key) return ts;
    }
    cursor = found.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return null;
  }
  return null;
};

const toSent = (thread: SlackThread, room: string, ts: string): SentMessage => ({
  message: toSentKey(room, ts),
  thread: toThreadKey({ ...thread, root: rootOf(thread.room, ts, thread.root ?? undefined) }),
});

type Outbound = Required<Pick<Channel, 'send' | 'edit' | 'findSent' | 'showTyping' | 'budget'>>;

/**
 * docs.slack.dev/apis/web-api/rate-limits: chat.postMessage about one a second in each channel, short bursts allowed;
 * chat.update 50 a minute over the workspace. Burst and a minute's refill together stay below that.
 */
const posts = { size: 3, refillPerMinute: 55 };
const updates = { size: 10, refillPerMinute: 40 };

export const createOutbound = (client: WebClient, rooms: DirectRooms): Outbound => ({
  async send(key, message, deliveryKey) {
    const thread = readThreadKey(key);
    const posted = await call(
      client.chat.postMessage({
        channel: rooms.toPost(thread.room),
        ...renderMessage(message),
        ...(thread.root === null ? {} : { thread_ts: thread.root }),
        metadata: { event_type: eventType, event_payload: { key: deliveryKey } },
        unfurl_links: false,
        unfurl_media: false,
        link_names: false,
      }),
    );
    const room = posted.channel ?? thread.room;
    rooms.note(thread.room, room);
    return toSent(thread, room, posted.ts ?? '');
  },

  async edit({ message }, changed) {
    const { room, ts } = readSentKey(message);
    await call(client.chat.update({ channel: room, ts, ...renderMessage(changed) }));
  },

  async findSent(key, deliveryKey, since) {
    const thread = readThreadKey(key);
    const room = await rooms.open(client, thread.room);
    const ts = await findTs(client, { room, root: thread.root }, deliveryKey, since);
    return ts === null ? null : toSent(thread, room, ts);
  },

  budget(key, kind) {
    const { team, room } = readThreadKey(key);
    return kind === 'send' ? { scope: `post ${team} ${room}`, ...posts } : { scope: `update ${team}`, ...updates };
  },

  async showTyping(key) {
    const { room, root } = readThreadKey(key);
    if (root === null) return;
    // A nicety: where assistant threads are off, nothing is shown.
    await rooms
      .open(client, room)
      .then((id) => client.assistant.threads.setStatus({ channel_id: id, thread_ts: root, status: 'is typing…' }))
      .catch(() => undefined);
  },
});
