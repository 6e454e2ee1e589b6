import { randomBytes, randomUUID } from 'node:crypto';
import type { PaneMessage, PaneView } from '#lab/pane.ts';
import { cardContentType, viewCard } from './card.ts';

export type ConversationType = 'personal' | 'groupChat' | 'channel';

export interface Activity {
  readonly type: string;
  readonly id?: string;
  readonly text?: string;
  readonly attachments?: readonly { readonly contentType: string; readonly content?: unknown }[];
  readonly entities?: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

interface Claim {
  readonly position: number;
  readonly appearance: { readonly name: string; readonly url?: string };
}

export interface TeamsUser {
  /** The id this bot knows the person by: `29:…`. */
  readonly id: string;
  readonly aadObjectId: string;
  readonly name: string;
  readonly email: string;
}

export interface Held {
  readonly id: string;
  /** The root message of its channel thread, or null. */
  readonly thread: string | null;
  readonly authorId: string;
  readonly sentAt: string;
  activity: Activity;
  edited: boolean;
}

export interface Room {
  /** Without `;messageid=`. */
  readonly id: string;
  readonly type: ConversationType;
  readonly name: string;
  readonly teamId: string | null;
  readonly members: Set<string>;
  readonly messages: Held[];
  hasBot: boolean;
  /** The person blocked or uninstalled the bot: writes are refused. */
  blocked: boolean;
  typing: { readonly text: string; readonly until: number } | null;
}

export interface Rooms {
  readonly bot: { readonly id: string; readonly name: string };
  readonly users: Map<string, TeamsUser>;
  readonly rooms: Map<string, Room>;
  /** Finds the room of a conversation id with or without `;messageid=<root>`. */
  find(conversationId: string): { readonly room: Room; readonly thread: string | null } | null;
  addUser(user: { readonly id?: string; readonly name: string; readonly email?: string }): TeamsUser;
  addRoom(room: {
    readonly id?: string;
    readonly type: ConversationType;
    readonly name?: string;
    readonly members: readonly string[];
  }): Room;
  /** Keeps a message and answers its id: milliseconds as text, unique here. */
  hold(room: Room, thread: string | null, authorId: string, activity: Activity): Held;
  changed(room: Room): void;
  onChange(listener: (room: string) => void): () => void;
  view(roomId: string): PaneView;
}

/** The client shows a typing indicator about this long. */
export const typingMs = 5000;

export const conversationIdOf = (room: Room, thread: string | null): string =>
  thread ? `${room.id};messageid=${thread}` : room.id;

export function createRooms(appId: string, botName: string): Rooms {
  const bot = { id: `28:${appId}`, name: botName };
  const users = new Map<string, TeamsUser>();
  const rooms = new Map<string, Room>();
  const listeners = new Set<(room: string) => void>();
  let lastId = 0;
  const nextId = () => String((lastId = Math.max(Date.now(), lastId + 1)));
  const newRoomId = (type: ConversationType) =>
    type === 'personal'
      ? `a:1${randomBytes(24).toString('base64url')}`
      : `19:${randomUUID()}@thread.${type === 'channel' ? 'tacv2' : 'v2'}`;

  const self: Rooms = {
    bot,
    users,
    rooms,
    find(conversationId) {
      const [base = '', thread] = conversationId.split(';messageid=');
      const room = rooms.get(base);
      return room ? { room, thread: thread ?? null } : null;
    },
    addUser({ id, name, email }) {
      const user = {
        id: id ?? `29:1${randomBytes(24).toString('base64url')}`,
        aadObjectId: randomUUID(),
        name,
        email: email ?? `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}@contoso.example`,
      };
      users.set(user.id, user);
      return user;
    },
    addRoom({ id, type, name, members }) {
      const stranger = members.find((member) => !users.has(member));
      if (stranger) throw new Error(`Teams lab: no user ${stranger}; addUser first`);
      const room: Room = {
        id: id ?? newRoomId(type),
        type,
        name: name ?? type,
        teamId: type === 'channel' ? `19:${randomUUID()}@thread.tacv2` : null,
        members: new Set(members),
        messages: [],
        hasBot: true,
        blocked: false,
        typing: null,
      };
      rooms.set(room.id, room);
      return room;
    },
    hold(room, thread, authorId, activity) {
      const id = nextId();
      const held: Held = {
        id,
        thread,
        authorId,
        activity: { ...activity, id },
        edited: false,
        sentAt: new Date().toISOString(),
      };
      room.messages.push(held);
      self.changed(room);
      return held;
    },
    changed: (room) => listeners.forEach((listener) => listener(room.id)),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view(roomId) {
      const room = rooms.get(roomId);
      if (!room) throw new Error(`Teams lab: no room ${roomId}`);
      const typing = room.typing && room.typing.until > Date.now() && room.type !== 'channel' ? room.typing.text : null;
      return { room: roomId, typing, messages: room.messages.map((held) => toPaneMessage(held, self)) };
    },
  };
  return self;
}

/** The client lists the sources of an answer below it. */
function sourcesOf({ entities = [] }: Activity): string {
  const claims = entities.flatMap(({ citation }) => (Array.isArray(citation) ? citation : []) as Claim[]);
  return claims
    .map(({ position, appearance: { name, url } }) => `[${position}] ${url ? `[${name}](<${url}>)` : name}`)
    .join('\n');
}

function toPaneMessage(held: Held, { bot, users }: Rooms): PaneMessage {
  const isBot = held.authorId === bot.id;
  const cards = (held.activity.attachments ?? [])
    .filter((one) => one.contentType === cardContentType)
    .map((one) => viewCard(one.content));
  const title = cards.find((card) => card.title)?.title;
  const words = [(held.activity.text ?? '').replaceAll(/<at>(.*?)<\/at>/g, '@$1'), ...cards.map((card) => card.text)];
  const text = [words.filter(Boolean).join('\n'), sourcesOf(held.activity)];
  return {
    id: held.id,
    thread: held.thread,
    author: {
      id: held.authorId,
      name: isBot ? bot.name : (users.get(held.authorId)?.name ?? held.authorId),
      role: isBot ? 'bot' : 'person',
    },
    markup: held.activity.textFormat === 'plain' ? 'plain' : 'markdown',
    text: text.filter(Boolean).join('\n\n'),
    ...(title ? { title } : {}),
    facts: cards.flatMap((card) => card.facts),
    actions: cards.flatMap((card) =>
      card.actions.map(({ id, label, style, asks }) => ({ id, label, style, ...(asks ? { asks } : {}) })),
    ),
    edited: held.edited,
    sentAt: held.sentAt,
  };
}
