import {
  Client,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  Options,
  Status,
  type RESTOptions,
} from 'discord.js';
import { ChannelError } from '#core/errors.ts';
import type { SeenRoom } from './catch-up.ts';
import type { ChangeEvent } from './receive.ts';
import { createSessionStarts } from './session-starts.ts';

export interface GatewayOptions {
  readonly token: string;
  readonly applicationId: string | undefined;
  readonly rest: Partial<RESTOptions>;
  onMessage(payload: unknown): void;
  onInteraction(payload: unknown): void;
  /** What happens to a message that is there already. */
  onChange(event: ChangeEvent, payload: unknown): void;
  /** A session began, and is told nothing of what was written before it. A resume begins none. */
  onSession(rooms: Promise<readonly SeenRoom[]>): void;
}

export interface Gateway {
  /** Our own user id. */
  readonly selfId: string;
  readonly application: string;
  /** Why nothing comes, or null. */
  problem(): string | null;
  close(): Promise<void>;
}

const { MessageUpdate, MessageDelete, MessageReactionAdd, MessageReactionRemove } = GatewayDispatchEvents;
const changeEvents = [MessageUpdate, MessageDelete, MessageReactionAdd, MessageReactionRemove] as const;

const readyMsMax = 30_000;

/** Close codes that no reconnect can mend, in the words of who must mend them. */
const badToken = 'the token is not accepted';
const closings: Readonly<Record<number, string>> = {
  4004: badToken,
  4013: 'the intents are not valid',
  4014: 'the message content intent is switched off in the developer portal',
};

/** A login that follows one with a token that was refused is not even tried. */
const wordsOf = (error: Error): string =>
  error instanceof ChannelError && error.code === 'bad_token' ? badToken : error.message;

function newClient(rest: Partial<RESTOptions>, onHeld: (problem: string) => void): Client {
  const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
  const { GuildMessageReactions, DirectMessageReactions } = GatewayIntentBits;
  return new Client({
    intents: [Guilds, GuildMessages, GuildMessageReactions, DirectMessages, DirectMessageReactions, MessageContent],
    rest,
    ws: { buildIdentifyThrottler: createSessionStarts(onHeld) },
    // Events are read as they come off the wire; nothing is looked up in the cache.
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 0 }),
  });
}

/** The rooms of servers that the bot may read, archived threads aside. */
const seenRooms = (client: Client): SeenRoom[] =>
  [...client.channels.cache.values()].flatMap((channel) =>
    !channel.isDMBased() && channel.isTextBased() && channel.viewable && channel.lastMessageId
      ? { room: channel.id, guild: channel.guildId, newest: channel.lastMessageId }
      : [],
  );

/** Rejects when the bot is not ready within 30 s or may not connect. */
export async function openGateway({
  token,
  applicationId,
  rest,
  onMessage,
  onInteraction,
  onChange,
  onSession,
}: GatewayOptions): Promise<Gateway> {
  let problem: string | null = null;
  const ready = Promise.withResolvers<Client<true>>();
  const fail = (what: string, cause?: unknown) => {
    problem = what;
    ready.reject(new Error(`Discord: ${what}`, { cause }));
  };
  // A first start is not waited for, as whoever starts tries again; later ones are.
  const client = newClient(rest, fail);
  client.once(Events.ClientReady, ready.resolve);
  client.on(Events.Error, (error) => (problem = error.message));
  client.on(Events.ShardError, (error) => (problem = error.message));
  client.on(Events.ShardDisconnect, ({ code }) => fail(closings[code] ?? `the gateway closed with ${code}`));
  client.ws.on(GatewayDispatchEvents.MessageCreate, onMessage);
  client.ws.on(GatewayDispatchEvents.InteractionCreate, onInteraction);
  for (const event of changeEvents) client.ws.on(event, (payload: unknown) => onChange(event, payload));
  // Moderators clear many at once; each is one that was taken back.
  client.ws.on(GatewayDispatchEvents.MessageDeleteBulk, ({ ids, ...place }: { ids: string[] }) => {
    for (const id of ids) onChange(MessageDelete, { ...place, id });
  });
  // The rooms follow READY one server after the other; the SDK tells when it has them all.
  client.ws.on(GatewayDispatchEvents.Ready, () => {
    problem = null;
    onSession(new Promise((resolve) => client.once(Events.ShardReady, () => resolve(seenRooms(client)))));
  });
  client.ws.on(GatewayDispatchEvents.Resumed, () => (problem = null));
  const timer = setTimeout(() => fail('the gateway was not ready within 30 s'), readyMsMax);
  client.login(token).catch((error: Error) => fail(wordsOf(error), error));
  try {
    const { user, application } = await ready.promise;
    if (applicationId !== undefined && application.id !== applicationId)
      throw new Error(`Discord: the token is of application ${application.id}`);
    return {
      selfId: user.id,
      application: application.id,
      problem() {
        // The manager's own status stays at ready once it was.
        const away = client.ws.shards.find(({ status }) => status !== Status.Ready);
        return away ? (problem ?? `the gateway is ${Status[away.status]}`) : null;
      },
      close: () => client.destroy(),
    };
  } catch (error) {
    await client.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
