import type { WebClient } from '@slack/web-api';
import type { Channel, Doing, OutboundMessage, SentMessage } from '#core/channel.ts';
import { call } from './client.ts';
import {
  isDirectRoom,
  isPerson,
  readSentKey,
  readThreadKey,
  rootOf,
  toSentKey,
  toThreadKey,
  type SlackThread,
} from './keys.ts';
import { object } from './read.ts';
import type { Recipients } from './recipients.ts';
import { renderMessage } from './render.ts';
import type { DirectRooms } from './rooms.ts';
import { createStreams } from './stream.ts';
import type { Json } from './verify.ts';

const eventType = 'firstline';
const metadataOf = (key: string) => ({ event_type: eventType, event_payload: { key } });
const findPagesMax = 5;
const findPageSize = 200;
/** How far Slack's clock may be behind ours when we look for a message. */
const clockSkewSeconds = 60;

/** Which message of ours this is: one that is still streaming is known by its task. */
const whichOf = (message: Json, key: string): 'posted' | 'streamed' | null => {
  const metadata = object(message['metadata']);
  if (metadata['event_type'] === eventType && object(metadata['event_payload'])['key'] === key) return 'posted';
  const blocks = Array.isArray(message['blocks']) ? message['blocks'].map(object) : [];
  const isTask = blocks.some((block) => block['type'] === 'task_card' && block['task_id'] === key);
  return isTask ? 'streamed' : null;
};

/** The newest page comes first in a room, the oldest in a thread. */
const findMessage = async (
  client: WebClient,
  { room, root }: { readonly room: string; readonly root: string | null },
  key: string,
  since: Date,
): Promise<{ ts: string; isStreamed: boolean } | null> => {
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
    for (const message of found.messages ?? []) {
      const which = whichOf(message as Json, key);
      if (which && message.ts) return { ts: message.ts, isStreamed: which === 'streamed' };
    }
    cursor = found.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return null;
  }
  return null;
};

/** `key` is noted of a message that is, or was, a stream. */
const toSent = (thread: SlackThread, room: string, ts: string, key?: string): SentMessage => ({
  message: toSentKey(room, ts),
  thread: toThreadKey({ ...thread, root: rootOf(thread.room, ts, thread.root ?? undefined) }),
  ...(key === undefined ? {} : { note: key }),
});

/** Characters of a conversation's title in the list of them, where no more is seen. */
const titleLengthMax = 60;

type Outbound = Required<Pick<Channel, 'send' | 'edit' | 'findSent' | 'showTyping' | 'budget'>>;

/**
 * docs.slack.dev/apis/web-api/rate-limits: chat.postMessage about one a second in each channel, short bursts allowed;
 * chat.update 50 a minute over the workspace, chat.appendStream 100. Burst and a minute's refill together stay below that.
 */
const posts = { size: 3, refillPerMinute: 55 };
const updates = { size: 10, refillPerMinute: 40 };
const appends = { size: 20, refillPerMinute: 75 };

/** Shown below the thread after our name; the longer lines take turns in its place where there is room for them. */
const signs: Readonly<Record<Doing, { readonly status: string; readonly loading_messages: string[] }>> = {
  searching: {
    status: 'is looking that up…',
    loading_messages: ['Looking in the help pages…', 'Reading what was found…'],
  },
  writing: { status: 'is typing…', loading_messages: ['Reading your message…', 'Looking that up…', 'Writing…'] },
};

export interface OutboundParts {
  readonly clientOf: (team: string) => Promise<WebClient>;
  readonly rooms: DirectRooms;
  readonly recipients: Recipients;
}

export const createOutbound = ({ clientOf, rooms, recipients }: OutboundParts): Outbound => {
  const streams = createStreams(metadataOf);

  /** A message that grows in a thread streams there, if the platform lets it. */
  const stream = async (thread: SlackThread, message: OutboundMessage, key: string): Promise<SentMessage | null> => {
    const { team, root } = thread;
    if (root === null) return null;
    const client = await clientOf(team);
    const recipient = isPerson(thread.room) ? null : await recipients.of(client, { ...thread, root });
    if (!recipient && !isPerson(thread.room)) return null;
    const room = await rooms.open(client, team, thread.room);
    const ts = await streams.begin(client, { team, room, root, key, recipient }, message);
    return ts === null ? null : toSent(thread, room, ts, key);
  };

  /** Offers the suggestions above the line that a person writes on as well: a nicety of apps that are assistants. */
  const offer = async (
    client: WebClient,
    root: string | null,
    room: string,
    suggestions: readonly string[],
  ): Promise<void> => {
    if (suggestions.length === 0 || !isDirectRoom(room)) return;
    const prompts = suggestions.map((message) => ({ title: message, message }));
    const place = { channel_id: room, ...(root === null ? {} : { thread_ts: root }) };
    await client.assistant.threads.setSuggestedPrompts({ ...place, prompts }).catch(() => undefined);
  };

  return {
    async send(key, message, deliveryKey) {
      const thread = readThreadKey(key);
      const client = await clientOf(thread.team);
      const streamed = message.partial ? await stream(thread, message, deliveryKey) : null;
      if (streamed) return streamed;
      const posted = await call(
        client.chat.postMessage({
          channel: rooms.toPost(thread.team, thread.room),
          ...renderMessage(message),
          ...(thread.root === null ? {} : { thread_ts: thread.root }),
          metadata: metadataOf(deliveryKey),
          unfurl_links: false,
          unfurl_media: false,
          link_names: false,
        }),
      );
      const room = posted.channel ?? thread.room;
      rooms.note(thread.team, thread.room, room);
      void offer(client, thread.root, room, message.suggestions ?? []);
      return toSent(thread, room, posted.ts ?? '');
    },

    async edit({ message, thread, note }, changed) {
      const { room, ts } = readSentKey(message);
      const { team, root } = readThreadKey(thread);
      const client = await clientOf(team);
      if (note === undefined) await call(client.chat.update({ channel: room, ts, ...renderMessage(changed) }));
      else await streams.write(client, { team, room, root, ts, key: note }, changed);
    },

    async findSent(key, deliveryKey, since) {
      const thread = readThreadKey(key);
      const client = await clientOf(thread.team);
      const room = await rooms.open(client, thread.team, thread.room);
      const found = await findMessage(client, { room, root: thread.root }, deliveryKey, since);
      return found && toSent(thread, room, found.ts, found.isStreamed ? deliveryKey : undefined);
    },

    budget(key, kind) {
      const { team, room, root } = readThreadKey(key);
      if (kind === 'send') return { scope: `post ${team} ${room}`, ...posts };
      return streams.isOpen({ team, root })
        ? { scope: `append ${team}`, ...appends }
        : { scope: `update ${team}`, ...updates };
    },

    async showTyping(key, doing, about) {
      const { team, room, root } = readThreadKey(key);
      if (root === null) return;
      const place = async () => {
        const client = await clientOf(team);
        return { client, at: { channel_id: await rooms.open(client, team, room), thread_ts: root } };
      };
      const show = async () => {
        const { client, at } = await place();
        await client.assistant.threads.setStatus({ ...at, ...signs[doing] });
      };
      const call = async () => {
        const title = [...(about ?? '').replaceAll(/\s+/g, ' ').trim()].slice(0, titleLengthMax).join('');
        if (title === '') return;
        const { client, at } = await place();
        await client.assistant.threads.setTitle({ ...at, title });
      };
      // A nicety: where assistant threads are off, nothing is shown.
      await Promise.all([show().catch(() => undefined), call().catch(() => undefined)]);
    },
  };
};
