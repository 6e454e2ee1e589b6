import {
  Client,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
  Options,
  Status,
  type RESTOptions,
} from 'discord.js';
import type { ChannelHealth } from '#core/channel.ts';
import type { SeenRoom } from './catch-up.ts';
import type { ChangeEvent } from './receive.ts';

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
  health(): ChannelHealth;
  close(): Promise<void>;
}

const { MessageUpdate, MessageDelete, MessageReactionAdd, MessageReactionRemove } = GatewayDispatchEvents;
const changeEvents = [MessageUpdate, MessageDelete, MessageReactionAdd, MessageReactionRemove] as const;

const readyMsMax = 30_000;

/** Close codes that no reconnect can mend, in the words of who must mend them. */
const closings: Readonly<Record<number, string>> = {
  4004: 'the token is not accepted',
  4013: 'the intents are not valid',
  4014: 'the message content intent is switched off in the developer portal',
};

function newClient(rest: Partial<RESTOptions>): Client {
  const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;
  const { GuildMessageReactions, DirectMessageReactions } = GatewayIntentBits;
  return new Client({
    intents: [Guilds, GuildMessages, GuildMessageReactions, DirectMessages, DirectMessageReactions, MessageContent],
    rest,
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
  const client = newClient(rest);
  let problem: string | null = null;
  const ready = Promise.withResolvers<Client<true>>();
  const fail = (what: string, cause?: unknown) => {
    problem = what;
    ready.reject(new Error(`Discord: ${what}`, { cause }));
  };
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
  client.ws.on(GatewayDispatchEvents.Ready, () =>
    onSession(new Promise((resolve) => client.once(Events.ShardReady, () => resolve(seenRooms(client))))),
  );
  const timer = setTimeout(() => fail('the gateway was not ready within 30 s'), readyMsMax);
  client.login(token).catch((error: Error) => fail(error.message, error));
  try {
    const { user, application } = await ready.promise;
    if (applicationId !== undefined && application.id !== applicationId)
      throw new Error(`Discord: the token is of application ${application.id}`);
    return {
      selfId: user.id,
      application: application.id,
      health() {
        const isReady = client.ws.status === Status.Ready;
        return isReady ? { ok: true } : { ok: false, problem: problem ?? `the gateway is ${Status[client.ws.status]}` };
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
