import { randomBytes } from 'node:crypto';

/** A logical refusal, answered as HTTP 200 `{ok: false, error}` with the platform's own error word. */
export class SlackRefusal extends Error {
  readonly reason: string;
  readonly detail: Record<string, unknown>;

  constructor(reason: string, detail: Record<string, unknown> = {}) {
    super(reason);
    this.name = 'SlackRefusal';
    this.reason = reason;
    this.detail = detail;
  }
}

export type Json = Record<string, unknown>;

export interface SlackUser {
  readonly id: string;
  readonly name: string;
  readonly email?: string;
}

export interface SlackMessage {
  readonly ts: string;
  readonly threadTs: string | null;
  readonly user: string;
  /** Set when the app itself wrote it. */
  readonly botId: string | null;
  text: string;
  /** CommonMark sent as `markdown_text`; replaces `text` on the screen. */
  markdownText: string | null;
  blocks: readonly Json[];
  metadata: Json | null;
  edited: { user: string; ts: string } | null;
  reactions: { name: string; users: string[] }[];
  /** Tasks that a stream told of, as blocks, in the order they came. */
  tasks: readonly Json[];
  /** Set while the app streams into it; `isStopped` once a person pressed Stop. */
  stream: { readonly startedAt: number; isStopped: boolean } | null;
  /** Only this user sees it, and no history holds it. */
  readonly onlyFor: string | null;
  readonly broadcast: boolean;
  readonly files: readonly Json[];
}

export interface SlackRoom {
  readonly id: string;
  readonly name: string;
  readonly kind: 'channel' | 'im';
  /** The person at the other end of a direct message. */
  readonly user: string | null;
  /** Whether the app was invited. */
  readonly joined: boolean;
  readonly messages: SlackMessage[];
  /** Status lines by thread, each until its end in epoch milliseconds. */
  readonly statuses: Map<string, { text: string; until: number }>;
  /** What each thread's agent does, in the platform's words; a Stop button is shown while it is `processing`. */
  readonly sessions: Map<string, string>;
  /** What people are offered to say: by thread, or at the top under ''. */
  readonly prompts: Map<string, readonly Json[]>;
  /** Titles of conversations, by the timestamp of their thread. */
  readonly titles: Map<string, string>;
}

export interface Identity {
  readonly teamId: string;
  /** The organization that the workspace is part of. */
  readonly enterpriseId: string | null;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly botName: string;
}

export interface Workspace {
  readonly identity: Identity;
  readonly users: Map<string, SlackUser>;
  readonly rooms: Map<string, SlackRoom>;
  /** The app's home tab, by the person who sees it. */
  readonly homes: Map<string, Json>;
  addUser(user: { id?: string; name: string; email?: string }): SlackUser;
  addRoom(room: { id?: string; name: string; kind: 'channel' | 'im'; user?: string; joined?: boolean }): SlackRoom;
  /** The direct message with this person, opened when there is none. */
  directRoom(user: string): SlackRoom;
  /** Throws `channel_not_found`. */
  room(id: unknown): SlackRoom;
  /** A fresh `seconds.microseconds` id, later than every earlier one. */
  nextTs(): string;
  post(room: SlackRoom, message: Partial<SlackMessage> & { user: string; text: string }): SlackMessage;
  changed(room: string): void;
  onChange(listener: (room: string) => void): () => void;
}

/** Platform-shaped ids: a letter and ten of A-Z0-9. */
export const newSlackId = (letter: string): string =>
  letter +
  randomBytes(8)
    .toString('base64')
    .replace(/[^a-z0-9]/gi, '0')
    .toUpperCase()
    .slice(0, 10);

const createClock = () => {
  let last = 0;
  return (): string => {
    last = Math.max(Date.now() * 1000, last + 1);
    const digits = String(last);
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  };
};

/** Everything the platform holds for one team: people, rooms, messages. */
export const createWorkspace = (identity: Identity): Workspace => {
  const users = new Map<string, SlackUser>();
  const rooms = new Map<string, SlackRoom>();
  const listeners = new Set<(room: string) => void>();
  const nextTs = createClock();

  const addRoom: Workspace['addRoom'] = ({ id, name, kind, user, joined }) => {
    if (kind === 'im' && !(user && users.has(user)))
      throw new Error(`A direct message needs a known user, got ${user}`);
    const room: SlackRoom = {
      id: id ?? newSlackId(kind === 'im' ? 'D' : 'C'),
      name,
      kind,
      user: user ?? null,
      joined: joined ?? true,
      messages: [],
      statuses: new Map(),
      sessions: new Map(),
      prompts: new Map(),
      titles: new Map(),
    };
    rooms.set(room.id, room);
    return room;
  };

  const changed = (room: string) => {
    for (const listener of listeners) listener(room);
  };

  return {
    identity,
    users,
    rooms,
    homes: new Map(),
    nextTs,
    addRoom,
    changed,
    addUser({ id, name, email }) {
      const user: SlackUser = { id: id ?? newSlackId('U'), name, ...(email === undefined ? {} : { email }) };
      users.set(user.id, user);
      return user;
    },
    directRoom(user) {
      const open = [...rooms.values()].find((room) => room.kind === 'im' && room.user === user);
      return open ?? addRoom({ name: users.get(user)?.name ?? user, kind: 'im', user });
    },
    room(id) {
      const room = typeof id === 'string' ? rooms.get(id) : undefined;
      if (!room) throw new SlackRefusal('channel_not_found');
      return room;
    },
    post(room, message) {
      const stored: SlackMessage = {
        threadTs: null,
        botId: null,
        markdownText: null,
        blocks: [],
        metadata: null,
        edited: null,
        reactions: [],
        tasks: [],
        stream: null,
        onlyFor: null,
        broadcast: false,
        files: [],
        ...message,
        ts: nextTs(),
      };
      room.messages.push(stored);
      changed(room.id);
      return stored;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** A stored message as the Web API and the events show it. Thread facts are counted from the room. */
export const toWireMessage = (
  workspace: Workspace,
  room: SlackRoom,
  message: SlackMessage,
  withMetadata = false,
): Json => {
  const { identity } = workspace;
  const replies = room.messages.filter(
    (reply) => reply.threadTs === message.ts && reply.ts !== message.ts && !reply.onlyFor,
  );
  const markdown =
    message.markdownText === null ? [] : [{ type: 'markdown', block_id: 'md', text: message.markdownText }];
  const blocks = [...message.tasks, ...markdown, ...message.blocks];
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    text: message.markdownText ?? message.text,
    team: identity.teamId,
    ...(message.botId
      ? {
          bot_id: message.botId,
          app_id: identity.appId,
          bot_profile: {
            id: message.botId,
            app_id: identity.appId,
            name: identity.botName,
            team_id: identity.teamId,
            deleted: false,
          },
        }
      : {}),
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(message.files.length > 0 ? { subtype: 'file_share', files: [...message.files], upload: false } : {}),
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...(replies.length > 0
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((reply) => reply.user))],
          reply_users_count: new Set(replies.map((reply) => reply.user)).size,
          latest_reply: replies.at(-1)?.ts,
        }
      : {}),
    ...(message.edited ? { edited: message.edited } : {}),
    ...(message.reactions.length > 0
      ? { reactions: message.reactions.map(({ name, users }) => ({ name, users: [...users], count: users.length })) }
      : {}),
    ...(withMetadata && message.metadata ? { metadata: message.metadata } : {}),
  };
};
