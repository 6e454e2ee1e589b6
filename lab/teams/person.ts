import type { Press, Say } from '#lab/pane.ts';
import { cardContentType, viewCard, type CardAction } from './card.ts';
import { conversationIdOf, type Activity, type Held, type Room, type Rooms, type TeamsUser } from './rooms.ts';

/** What the bot answered over HTTP: status 0 when it could not be reached in time. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

export interface PersonParts {
  readonly rooms: Rooms;
  readonly serviceUrl: string;
  readonly tenantId: string;
  /** Un-mentioned messages in groups and channels reach the bot too. */
  readonly resourceSpecificConsent: boolean;
  /** Sends to the bot and waits for its HTTP answer. */
  deliver(activity: Activity): Promise<Answered>;
}

export interface Person {
  say(say: Say): Promise<string>;
  press(press: Press): Promise<void>;
  edit(room: string, message: string, text: string): Promise<void>;
  remove(room: string, message: string): Promise<void>;
  react(room: string, user: string, message: string, reaction: string): Promise<void>;
  /** Tells the bot that it was added to or removed from a room. */
  install(room: Room, action: 'add' | 'remove'): Promise<void>;
}

/** The acts of people, turned into the activities that the platform sends to the bot. */
export function createPerson({ rooms, serviceUrl, tenantId, resourceSpecificConsent, deliver }: PersonParts): Person {
  function place(roomId: string, userId?: string): { room: Room; user: TeamsUser | undefined } {
    const room = rooms.rooms.get(roomId);
    if (!room) throw new Error(`Teams lab: no room ${roomId}`);
    const user = userId === undefined ? undefined : rooms.users.get(userId);
    if (userId !== undefined && !(user && room.members.has(userId)))
      throw new Error(`Teams lab: ${userId} is not in room ${roomId}`);
    return { room, user };
  }

  function envelope(room: Room, thread: string | null, user: TeamsUser | undefined): Activity & { id: string } {
    return {
      type: 'message',
      id: String(Date.now()),
      channelId: 'msteams',
      serviceUrl,
      timestamp: new Date().toISOString(),
      localTimestamp: new Date().toISOString(),
      localTimezone: 'Europe/Berlin',
      locale: 'en-US',
      recipient: rooms.bot,
      ...(user ? { from: { id: user.id, name: user.name, aadObjectId: user.aadObjectId } } : {}),
      conversation: {
        id: conversationIdOf(room, thread),
        conversationType: room.type,
        tenantId,
        ...(room.type === 'personal' ? {} : { isGroup: true, name: room.name }),
      },
      channelData: {
        tenant: { id: tenantId },
        ...(room.teamId
          ? {
              teamsChannelId: room.id,
              teamsTeamId: room.teamId,
              channel: { id: room.id },
              team: { id: room.teamId, name: 'Contoso' },
            }
          : {}),
      },
      entities: [{ type: 'clientInfo', locale: 'en-US', country: 'US', platform: 'Web', timezone: 'Europe/Berlin' }],
    };
  }

  /** Sent in the background: a person does not wait for the bot. */
  const tell = (activity: Activity) => void deliver(activity);
  const threadOf = (room: Room, held: Held) => (room.type === 'channel' ? (held.thread ?? held.id) : null);

  function heldIn(room: Room, message: string): Held {
    const held = room.messages.find((one) => one.id === message);
    if (!held) throw new Error(`Teams lab: no message ${message} in room ${room.id}`);
    return held;
  }

  /** A mention is typed as `@Bot name`; the client turns it into `<at>` with an entity. */
  function write(
    room: Room,
    thread: string | null,
    user: TeamsUser,
    text: string,
  ): { activity: Activity & { id: string }; isMention: boolean } {
    const at = `<at>${rooms.bot.name}</at>`;
    const marked = text.replaceAll(`@${rooms.bot.name}`, at);
    const isMention = marked.includes(at);
    const base = envelope(room, thread, user);
    const entities = isMention
      ? [{ type: 'mention', mentioned: rooms.bot, text: at }, ...(base.entities ?? [])]
      : base.entities;
    return { activity: { ...base, text: marked, textFormat: 'plain', ...(entities ? { entities } : {}) }, isMention };
  }

  return {
    async say({ room: roomId, user: userId, text, thread }) {
      const { room, user } = place(roomId, userId);
      if (!user) throw new Error('Teams lab: a message needs its writer');
      if (thread !== undefined && room.type !== 'channel') throw new Error('Teams lab: only channels have threads');
      const root = thread === undefined ? null : (heldIn(room, thread).thread ?? thread);
      const { activity, isMention } = write(room, root, user, text);
      const held = rooms.hold(room, root, user.id, activity);
      const sent = {
        ...activity,
        id: held.id,
        ...(root ? { replyToId: root } : {}),
        conversation: { ...(activity.conversation as object), id: conversationIdOf(room, threadOf(room, held)) },
      };
      if (room.hasBot && (room.type === 'personal' || isMention || resourceSpecificConsent)) tell(sent);
      return held.id;
    },

    async press({ room: roomId, user: userId, message, action: actionId, text }) {
      const { room, user } = place(roomId, userId);
      const held = heldIn(room, message);
      const cards = (held.activity.attachments ?? []).filter((one) => one.contentType === cardContentType);
      const action = cards.flatMap((card) => viewCard(card.content).actions).find((one) => one.id === actionId);
      if (!action) throw new Error(`Teams lab: message ${message} has no action ${actionId}`);
      const data = dataOf(action, text);
      const activity = { ...envelope(room, threadOf(room, held), user), replyToId: held.id };
      if (action.type === 'Action.Submit') return tell({ ...activity, value: data });
      const value = { action: { type: action.type, id: action.id, verb: action.verb, data }, trigger: 'manual' };
      const card = cardIn(await deliver({ ...activity, type: 'invoke', name: 'adaptiveCard/action', value }));
      if (!card) return;
      held.activity = { ...held.activity, attachments: [{ contentType: cardContentType, content: card }] };
      rooms.changed(room);
    },

    async edit(roomId, message, text) {
      const { room } = place(roomId);
      const held = heldIn(room, message);
      const user = rooms.users.get(held.authorId);
      if (!user) throw new Error('Teams lab: people edit their own messages only');
      const { activity } = write(room, threadOf(room, held), user, text);
      held.activity = { ...activity, id: held.id };
      held.edited = true;
      rooms.changed(room);
      tell({
        ...activity,
        type: 'messageUpdate',
        id: held.id,
        channelData: { ...(activity.channelData as object), eventType: 'editMessage' },
      });
    },

    async remove(roomId, message) {
      const { room } = place(roomId);
      const held = heldIn(room, message);
      room.messages.splice(room.messages.indexOf(held), 1);
      rooms.changed(room);
      const activity = envelope(room, threadOf(room, held), rooms.users.get(held.authorId));
      tell({
        ...activity,
        type: 'messageDelete',
        id: held.id,
        channelData: { ...(activity.channelData as object), eventType: 'softDeleteMessage' },
      });
    },

    async react(roomId, userId, message, reaction) {
      const { room, user } = place(roomId, userId);
      const held = heldIn(room, message);
      tell({
        ...envelope(room, threadOf(room, held), user),
        type: 'messageReaction',
        replyToId: held.id,
        reactionsAdded: [{ type: reaction }],
      });
    },

    async install(room, action) {
      room.hasBot = action === 'add';
      const activity = envelope(room, null, rooms.users.get([...room.members][0] ?? ''));
      await deliver({ ...activity, type: 'installationUpdate', action });
      await deliver({
        ...activity,
        type: 'conversationUpdate',
        [action === 'add' ? 'membersAdded' : 'membersRemoved']: [rooms.bot],
      });
    },
  };
}

function dataOf(action: CardAction, text: string | undefined): unknown {
  if (action.asks && !text?.trim()) throw new Error(`Teams lab: action ${action.id} asks for text`);
  const typed = action.input && text !== undefined ? { [action.input]: text } : {};
  const data = action.data === undefined || action.data === null ? {} : action.data;
  return typeof data === 'object' ? { ...data, ...action.inputs, ...typed } : data;
}

/** The refreshed card of an invoke response, or null; throws what the client would show as an error. */
function cardIn({ status, body }: Answered): unknown {
  const response = (body ?? {}) as { statusCode?: number; type?: string; value?: unknown };
  const code = response.statusCode ?? status;
  if (status < 200 || status >= 300 || code >= 400) {
    const reason = (response.value as { message?: string } | undefined)?.message ?? `HTTP ${status}`;
    throw new Error(`Something went wrong. Please try again. (${reason})`);
  }
  return response.type === cardContentType ? response.value : null;
}
