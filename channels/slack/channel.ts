import { App, LogLevel, type Receiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { Channel, Receive, SentMessage } from '#core/channel.ts';
import { ChannelError, Refused } from '#core/errors.ts';
import { slackConfig, type SlackConfig, type SlackConfigInput } from './config.ts';
import { toChannelError } from './failure.ts';
import { readSentKey, readThreadKey, repliesTo, toSentKey, toThreadKey, type SlackThread } from './keys.ts';
import { download } from './files.ts';
import { createPeople } from './people.ts';
import { commanderOf, toCommanded } from './receive-commands.ts';
import { isForTeam, senderIdOf, toAsking, toInboundEvent, toSender, type Identity } from './receive.ts';
import { fitsMessage, renderDialog, renderMessage } from './render.ts';
import { openSocket, type Socket, type Take } from './socket.ts';
import { isJson, readRequest, type Json } from './verify.ts';

const callTimeoutMs = 10_000;
/** For calls made while Slack waits for our answer, which must come within 3 s. */
const inlineTimeoutMs = 1500;
const eventType = 'firstline';
const findPagesMax = 5;
const findPageSize = 200;
/** How far Slack's clock may be behind ours when we look for a message. */
const clockSkewSeconds = 60;

const handledTypes = new Set(['event_callback', 'block_actions', 'message_action', 'view_submission']);
/** Whose direct messages with us are remembered. */
const directRoomsMax = 5000;

const quiet = { rejectRateLimitedCalls: true, retryConfig: { retries: 0 }, logLevel: LogLevel.ERROR };

interface Running {
  readonly identity: Identity;
  readonly receive: Receive;
}

/** Requests come in by `webhook` and by the socket, so Bolt's own server is not wanted. */
const noServer: Receiver = { init: () => undefined, start: async () => undefined, stop: async () => undefined };

const call = async <T>(calling: Promise<T>): Promise<T> => {
  try {
    return await calling;
  } catch (error) {
    throw toChannelError(error);
  }
};

const openClient = ({ botToken, apiUrl }: SlackConfig, timeout: number) =>
  new WebClient(botToken, { ...quiet, slackApiUrl: apiUrl, timeout });

/** Who we are at the platform. Throws ChannelError. */
const authenticate = async (client: WebClient, teamId: string | undefined): Promise<Identity> => {
  const { team_id: team, user_id: botUser } = await call(client.auth.test());
  if (!team || !botUser) throw new ChannelError('slack', 'refused', 'not_a_bot_token');
  if (teamId !== undefined && teamId !== team) throw new ChannelError('slack', 'refused', 'foreign_team');
  return { team, botUser };
};

/** A Bolt app whose one middleware stores; its `processEvent` throws when storing did. */
const createBolt = (config: SlackConfig, running: () => Running, accept: (body: Json) => Promise<void>): App => {
  const bolt = new App({
    receiver: noServer,
    authorize: async () => ({
      botToken: config.botToken,
      botUserId: running().identity.botUser,
      teamId: running().identity.team,
    }),
    // It would drop our own messages before they are counted; `toInboundEvent` tells them better.
    ignoreSelf: false,
    convoStore: false,
    attachFunctionToken: false,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: config.apiUrl },
  });
  // No `next`: what follows the storing happens in the core.
  bolt.use(async ({ body }) => accept(body as unknown as Json));
  bolt.error(async (error) => {
    throw error;
  });
  return bolt;
};

/** Resolves when a verified body of our workspace is stored, by HTTP or by socket alike. */
const createIntake = (config: SlackConfig, running: () => Running): Take => {
  const client = openClient(config, inlineTimeoutMs);
  const people = createPeople(async (user) => (await client.users.info({ user, include_locale: true })).user);

  const directRooms = new Map<string, Promise<string>>();
  /** The room of a person's direct messages with us; rejects where the platform does not tell in time. */
  const directRoom = (user: string): Promise<string> => {
    const known = directRooms.get(user);
    if (known) return known;
    const opening = client.conversations.open({ users: user }).then(({ channel }) => channel?.id ?? '');
    directRooms.set(user, opening);
    opening.catch(() => directRooms.delete(user));
    const [oldest] = directRooms.keys();
    if (directRooms.size > directRoomsMax && oldest !== undefined) directRooms.delete(oldest);
    return opening;
  };

  const accept = async (body: Json): Promise<void> => {
    const { identity, receive } = running();
    const commander = commanderOf(body);
    if (commander !== undefined) {
      const [room, profile] = await Promise.all([directRoom(commander), people.profile(commander)]);
      const sender = toSender(body, identity, profile);
      return receive(sender && toCommanded(body, identity, sender, room, new Date()));
    }
    const asking = toAsking(body, identity);
    if (asking) {
      await client.views.open({ trigger_id: asking.triggerId, view: renderDialog(asking) });
      return receive(null);
    }
    const event = toInboundEvent(body, identity);
    const sender = event && 'sender' in event ? senderIdOf(body) : undefined;
    return receive(sender === undefined ? event : toInboundEvent(body, identity, await people.profile(sender)));
  };

  const bolt = createBolt(config, running, accept);
  return async (body, retry) => {
    // Bolt returns without a word from bodies it does not know, such as `app_rate_limited`, and breaks on events that are none.
    const isBroken = body['type'] === 'event_callback' && !isJson(body['event']);
    const isHandled = handledTypes.has(String(body['type'])) || body['command'] !== undefined;
    if (isBroken || !isHandled) return running().receive(null);
    await bolt.processEvent({
      body,
      ack: async () => undefined,
      ...(retry.num === undefined ? {} : { retryNum: retry.num }),
      ...(retry.reason === undefined ? {} : { retryReason: retry.reason }),
    });
  };
};

/** The newest page comes first in a room, the oldest in a thread. */
const findTs = async (
  client: WebClient,
  { room, root }: SlackThread,
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
  thread: toThreadKey(repliesTo(thread.team, room, ts, thread.root ?? undefined)),
});

type Outbound = Required<Pick<Channel, 'send' | 'edit' | 'findSent' | 'showTyping' | 'budget'>>;

/**
 * docs.slack.dev/apis/web-api/rate-limits: chat.postMessage about one a second in each channel, short bursts allowed;
 * chat.update 50 a minute over the workspace. Burst and a minute's refill together stay below that.
 */
const posts = { size: 3, refillPerMinute: 55 };
const updates = { size: 10, refillPerMinute: 40 };

const createOutbound = (client: WebClient): Outbound => ({
  async send(key, message, deliveryKey) {
    const thread = readThreadKey(key);
    const posted = await call(
      client.chat.postMessage({
        channel: thread.room,
        ...renderMessage(message),
        ...(thread.root === null ? {} : { thread_ts: thread.root }),
        metadata: { event_type: eventType, event_payload: { key: deliveryKey } },
        unfurl_links: false,
        unfurl_media: false,
        link_names: false,
      }),
    );
    return toSent(thread, posted.channel ?? thread.room, posted.ts ?? '');
  },

  async edit({ message }, changed) {
    const { room, ts } = readSentKey(message);
    await call(client.chat.update({ channel: room, ts, ...renderMessage(changed) }));
  },

  async findSent(key, deliveryKey, since) {
    const thread = readThreadKey(key);
    const ts = await findTs(client, thread, deliveryKey, since);
    return ts === null ? null : toSent(thread, thread.room, ts);
  },

  budget(key, kind) {
    const { team, room } = readThreadKey(key);
    return kind === 'send' ? { scope: `post ${team} ${room}`, ...posts } : { scope: `update ${team}`, ...updates };
  },

  async showTyping(key) {
    const { room, root } = readThreadKey(key);
    if (root === null) return;
    const status = { channel_id: room, thread_ts: root, status: 'is typing…' };
    // A nicety: where assistant threads are off, nothing is shown.
    await client.assistant.threads.setStatus(status).catch(() => undefined);
  },
});

/** Why a verified body is not for us, or null. */
type Foreignness = (body: Json) => 'foreign_team' | 'foreign_app' | null;

/** Answers 200 when stored. Throws Refused, and whatever kept it from being stored. */
const answer = async (request: Request, config: SlackConfig, foreignness: Foreignness, take: Take) => {
  if (!new URL(request.url).pathname.endsWith('/channels/slack/events')) throw new Refused(404, 'unknown_path');
  const body = await readRequest(request, config.signingSecret);
  if (body['type'] === 'url_verification') return Response.json({ challenge: String(body['challenge'] ?? '') });
  if (body['ssl_check'] !== undefined) return new Response(null, { status: 200 });
  const foreign = foreignness(body);
  if (foreign) throw new Refused(403, foreign, { 'x-slack-no-retry': '1' });
  const num = Number(request.headers.get('x-slack-retry-num') ?? 0);
  const reason = request.headers.get('x-slack-retry-reason');
  await take(body, { ...(num > 0 ? { num } : {}), ...(reason === null ? {} : { reason }) });
  return new Response(null, { status: 200 });
};

/**
 * Slack over the Events API or Socket Mode. Both roads end in one Bolt app; an event is acknowledged when it is stored.
 * Throws a ZodError when the settings are wrong.
 */
export const createSlackChannel = (settings: SlackConfigInput): Channel => {
  const config = slackConfig.parse(settings);
  const client = openClient(config, callTimeoutMs);
  let started: Running | undefined;
  let socket: Socket | undefined;

  const running = (): Running => {
    if (!started) throw new Error('The slack channel is not started');
    return started;
  };
  const take = createIntake(config, running);
  const foreignness: Foreignness = (body) => {
    if (!isForTeam(body, running().identity.team)) return 'foreign_team';
    const app = body['api_app_id'];
    return config.appId !== undefined && app !== undefined && app !== config.appId ? 'foreign_app' : null;
  };

  return {
    name: 'slack',
    // chat.update is counted by the minute over the whole workspace: 50.
    limits: { editIntervalMs: 1200 },
    fits: fitsMessage,

    async start(receive) {
      started = { identity: await authenticate(client, config.teamId), receive };
      if (config.appToken === undefined) return;
      try {
        const takeOurs: Take = (body, retry) => (foreignness(body) ? receive(null) : take(body, retry));
        socket = await call(openSocket(config.appToken, config.apiUrl, takeOurs));
      } catch (error) {
        started = undefined;
        throw error;
      }
    },

    async stop() {
      await socket?.close();
      socket = undefined;
      started = undefined;
    },

    ...createOutbound(client),
    room: (id) => toThreadKey({ team: config.teamId ?? running().identity.team, room: id, root: null }),
    download: (key, lengthMax) => download(key, lengthMax, config),
    webhook: (request) => answer(request, config, foreignness, take),

    async health() {
      try {
        await authenticate(client, config.teamId);
        return { ok: true };
      } catch (error) {
        return { ok: false, problem: error instanceof ChannelError ? error.code : 'unknown' };
      }
    },
  };
};
