import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { createControl } from '#lab/control.ts';
import { createCallGate } from '#lab/faults/calls.ts';
import { createFaults } from '#lab/faults/faults.ts';
import { listenOnLoopback } from '#lab/loopback.ts';
import type { LabServer, Pane, Say } from '#lab/pane.ts';
import { createAccount, type AccountOptions } from './account.ts';
import { attachGateway, type Gateway } from './gateway.ts';
import { createInteractions, type Interactions } from './interactions.ts';
import { createRateLimits, type Limit } from './limits.ts';
import { createRest } from './rest.ts';
import { namesOf, wording } from './wording.ts';
import { createWorld, type Channel, type User, type World } from './world.ts';

export interface DiscordLabOptions extends AccountOptions {
  readonly port?: number;
  readonly applicationId?: string;
  readonly botId?: string;
  readonly botName?: string;
  /** 'on' unless told: message creates and edits 5 per 5 s in a channel each, or as is told; 50/s over all. */
  readonly rateLimits?: 'on' | 'off' | Limit;
  /** Privileged intents switched on for the application; the message content intent (32768) unless told. Others close with 4014. */
  readonly privilegedIntents?: number;
  /** 41,250 as on the platform unless told. */
  readonly heartbeatIntervalMs?: number;
  /** How long a press waits for its first answer; 3 s unless told. */
  readonly interactionMsMax?: number;
}

export interface DiscordLab
  extends LabServer, Pick<Gateway, 'reconnect' | 'drop' | 'invalidate' | 'sessions' | 'setPrivilegedIntents'> {
  readonly name: 'discord';
  /** What `rest.api` of discord.js is set to: `http://127.0.0.1:<port>/api`. */
  readonly url: string;
  readonly pane: Pane;
  readonly guildId: string;
  readonly bot: User;
  addUser(user: { readonly id?: string; readonly name: string }): User;
  /** A text channel of the guild, or the direct messages of one user; answers the channel's id. */
  addRoom(
    room: { readonly type: 'text'; readonly name: string } | { readonly type: 'direct'; readonly user: string },
  ): string;
  /** A person takes no more direct messages from the guild; those they have stay, and they still write. */
  closeDirect(user: string): void;
  /** Sends any dispatch to the sessions whose intents take it. */
  deliver(dispatch: { readonly t: string; readonly d: Record<string, unknown> }): void;
  /** A person edits, deletes or reacts to a message. */
  edit(message: string, text: string): void;
  remove(message: string): void;
  react(message: string, user: string, emoji: string): void;
  /** A moderator clears many at once. */
  removeBulk(messages: readonly string[]): void;
  /** A person gives a command of the bot's. */
  command: Interactions['command'];
  /** A person sends files; returns the message's id. */
  share(share: {
    readonly room: string;
    readonly user: string;
    readonly text?: string;
    readonly files: readonly SharedFile[];
  }): string;
}

interface SharedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string | Uint8Array;
}

const messageContentIntent = 1 << 15;

function channelOf(world: World, id: string): Channel {
  const channel = world.channels.get(id);
  if (!channel) throw new Error(`Discord lab: no channel ${id}`);
  return channel;
}

/** A person writes; `thread` is a message or thread id and the thread is opened when it has none yet. */
function say(world: World, { room, user: userId, text, thread }: Say): string {
  const user = world.users.get(userId);
  if (!user) throw new Error(`Discord lab: no user ${userId}; addUser first`);
  if (!text || text.length > 2000) throw new Error('Discord lab: a message has 1 to 2,000 characters');
  const channel = channelOf(world, room);
  if (thread === undefined) return world.addMessage(channel, user, { content: text }).id;
  const inside = world.messages.get(thread);
  const existing =
    world.channels.get(thread) ??
    (inside && inside.channel_id !== room ? world.channels.get(inside.channel_id) : undefined);
  if (!existing && !inside) throw new Error(`Discord lab: no message ${thread}`);
  const place = existing ?? world.openThread(channel, inside ?? null, (inside?.content || 'Thread').slice(0, 100));
  return world.addMessage(place, user, { content: text }).id;
}

/** Discord in a box: REST, gateway, interactions and the people. Rejects only if the port is taken. */
export async function openDiscordLab(options: DiscordLabOptions): Promise<DiscordLab> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const faults = createFaults('discord');
  const gate = createCallGate(faults, namesOf, wording);
  const loopback = await listenOnLoopback(app, options.port);
  const gatewayUrl = () => `${loopback.url.replace('http', 'ws')}/gateway`;
  const world = createWorld(options);
  const account = createAccount(options);
  const interactions = createInteractions(world, options.interactionMsMax ?? 3000);
  const gateway = attachGateway(loopback.server, gatewayUrl, world, faults, {
    account,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    privilegedIntents: options.privilegedIntents ?? messageContentIntent,
  });
  const { rateLimits = 'on' } = options;
  const limits = rateLimits === 'off' ? null : createRateLimits(rateLimits === 'on' ? undefined : rateLimits);
  const state = () =>
    structuredClone({
      users: [...world.users.values()],
      channels: [...world.channels.values()],
      messages: [...world.messages.values()],
      sessions: [...gateway.sessions.keys()],
      sessionsStarted: account.sessionsStarted(),
      calls: gate.calls(),
      rateLimited: limits?.refused() ?? 0,
      faults: faults.fired(),
    });
  const pane: Pane = {
    view: world.view,
    onChange: world.onChange,
    say: async (words) => say(world, words),
    press: interactions.press,
  };
  app.use('/api/*', account.ban);
  app.use(gate.middleware);
  app.route('/_lab', createControl({ state, setFaults: faults.set, pane }));
  const kept = new Map<string, SharedFile>();
  app.get('/attachments/:room/:id/:name', (c) => {
    const file = kept.get(c.req.param('id'));
    return file
      ? c.body(Buffer.from(file.content as string), 200, { 'content-type': file.type })
      : c.text('This content is no longer available.', 404);
  });
  app.route('/api/v10', createRest({ world, account, interactions, limits, gatewayUrl }));

  function messageOf(id: string) {
    const message = world.messages.get(id);
    if (!message) throw new Error(`Discord lab: no message ${id}`);
    return message;
  }

  return {
    name: 'discord',
    url: `${loopback.url}/api`,
    pane,
    guildId: world.guildId,
    bot: world.bot,
    sessions: gateway.sessions,
    reconnect: gateway.reconnect,
    drop: gateway.drop,
    invalidate: gateway.invalidate,
    setPrivilegedIntents: gateway.setPrivilegedIntents,
    addUser: world.addUser,
    addRoom(room) {
      if (room.type === 'direct') {
        const user = world.users.get(room.user);
        if (!user) throw new Error(`Discord lab: no user ${room.user}; addUser first`);
        return world.addChannel({ type: 1, name: user.username, recipients: [user] }).id;
      }
      const channel = world.addChannel({ type: 0, name: room.name });
      world.dispatch('CHANNEL_CREATE', world.channelToApi(channel));
      return channel.id;
    },
    closeDirect: (user) => void world.closedTo.add(user),
    deliver: ({ t, d }) => world.dispatch(t, d),
    edit: (message, text) => world.editMessage(messageOf(message), { content: text }),
    remove: (message) => world.removeMessage(messageOf(message)),
    react(id, user, name) {
      const { channel_id: channelId, author } = messageOf(id);
      const guild = world.placeFields(world.channels.get(channelId));
      const emoji = { id: null, name };
      world.dispatch('MESSAGE_REACTION_ADD', {
        user_id: user,
        channel_id: channelId,
        message_id: id,
        message_author_id: author.id,
        emoji,
        burst: false,
        type: 0,
        ...guild,
      });
    },
    removeBulk(ids) {
      const [first] = ids;
      const channel = world.channels.get(messageOf(first ?? '').channel_id);
      for (const id of ids) world.messages.delete(id);
      world.dispatch('MESSAGE_DELETE_BULK', { ids, channel_id: channel?.id, ...world.placeFields(channel) });
    },
    command: interactions.command,
    share({ room, user: userId, text = '', files }) {
      const user = world.users.get(userId);
      if (!user) throw new Error(`Discord lab: no user ${userId}; addUser first`);
      const attachments = files.map((file) => {
        const id = world.newId();
        kept.set(id, file);
        const url = `${loopback.url}/attachments/${room}/${id}/${encodeURIComponent(file.name)}`;
        const size = Buffer.byteLength(file.content);
        return { id, filename: file.name, size, content_type: file.type, url, proxy_url: url };
      });
      return world.addMessage(channelOf(world, room), user, { content: text }, { attachments }).id;
    },
    state,
    setFaults: faults.set,
    calls: gate.calls,
    rateLimited: () => limits?.refused() ?? 0,
    close: loopback.close,
    [Symbol.asyncDispose]: loopback.close,
  };
}
