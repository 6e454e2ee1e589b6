import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { constants, createDeflate } from 'node:zlib';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Faults } from '#lab/faults/faults.ts';
import type { Account } from './account.ts';
import { readyData, guildData } from './ready.ts';
import type { World } from './world.ts';

const op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voice: 4,
  resume: 6,
  reconnect: 7,
  members: 8,
  invalid: 9,
  hello: 10,
  ack: 11,
} as const;

const intent = {
  guilds: 1,
  guildMembers: 1 << 1,
  presences: 1 << 8,
  guildMessages: 1 << 9,
  guildReactions: 1 << 10,
  guildTyping: 1 << 11,
  direct: 1 << 12,
  directReactions: 1 << 13,
  directTyping: 1 << 14,
  content: 1 << 15,
};
const privileged = intent.guildMembers | intent.presences | intent.content;

interface Payload {
  readonly op: number;
  readonly d: unknown;
  readonly s: number | null;
  readonly t: string | null;
}

interface Session {
  readonly id: string;
  readonly intents: number;
  /** Kept for a resume. */
  readonly sent: Payload[];
  connection: Connection | null;
}

interface Connection {
  readonly socket: WebSocket;
  send(payload: Payload): void;
  session: Session | null;
  deadline: NodeJS.Timeout | undefined;
}

export interface GatewayOptions {
  readonly account: Account;
  readonly heartbeatIntervalMs: number;
  /** Bits of the privileged intents switched on for the application at first. */
  readonly privilegedIntents: number;
}

export interface Gateway {
  /** Asks every client to reconnect and resume (op 7). */
  reconnect(): void;
  /** Cuts every connection without a close frame: what happens meanwhile is replayed on resume. */
  drop(): void;
  /** Op 9. With `false` the sessions are forgotten and events in between are lost. */
  invalidate(resumable: boolean): void;
  /** Switches privileged intents in the developer portal: sessions go on, and get what is still theirs. */
  setPrivilegedIntents(bits: number): void;
  readonly sessions: ReadonlyMap<string, { readonly intents: number }>;
}

/** A resume replays at most so many events. */
const replayEventsMax = 1000;

function intentOf(event: string, data: Record<string, unknown>): number {
  const isDirect = data.guild_id === undefined;
  if (event.startsWith('MESSAGE_REACTION')) return isDirect ? intent.directReactions : intent.guildReactions;
  if (event.startsWith('MESSAGE_')) return isDirect ? intent.direct : intent.guildMessages;
  if (event === 'TYPING_START') return isDirect ? intent.directTyping : intent.guildTyping;
  return event.startsWith('THREAD_') || event.startsWith('CHANNEL_') || event.startsWith('GUILD_') ? intent.guilds : 0;
}

/** What is left of a message for an app without the content intent. */
function blank(world: World, event: string, data: Record<string, unknown>): Record<string, unknown> {
  if (!/^MESSAGE_(CREATE|UPDATE)$/.test(event) || data.guild_id === undefined) return data;
  const { author, mentions } = data as { author: { id: string }; mentions: { id: string }[] };
  if (author.id === world.bot.id || mentions.some((user) => user.id === world.bot.id)) return data;
  return { ...data, content: '', embeds: [], attachments: [], components: [] };
}

function connect(socket: WebSocket, isCompressed: boolean): Connection {
  const deflate = isCompressed ? createDeflate({ chunkSize: 65_535 }) : null;
  let parts: Buffer[] = [];
  deflate?.on('data', (part: Buffer) => parts.push(part));
  return {
    socket,
    session: null,
    deadline: undefined,
    send(payload) {
      const text = JSON.stringify(payload);
      if (!deflate) return socket.send(text);
      deflate.write(text);
      deflate.flush(constants.Z_SYNC_FLUSH, () => {
        socket.send(Buffer.concat(parts));
        parts = [];
      });
    },
  };
}

/** The gateway on `/gateway` of the server. Takes over `world.dispatch`. */
export function attachGateway(
  server: Server,
  url: () => string,
  world: World,
  faults: Faults,
  options: GatewayOptions,
): Gateway {
  const sockets = new WebSocketServer({ noServer: true });
  const sessions = new Map<string, Session>();
  const connections = new Set<Connection>();
  let granted = options.privilegedIntents;

  function deliver(session: Session, event: string, data: Record<string, unknown>): void {
    const seen = session.intents & granted & intent.content ? data : blank(world, event, data);
    const payload = { op: op.dispatch, t: event, s: (session.sent.at(-1)?.s ?? 0) + 1, d: structuredClone(seen) };
    session.sent.push(payload);
    if (session.sent.length > replayEventsMax) session.sent.shift();
    session.connection?.send(payload);
  }

  /** What a session is sent from now on waits for its resume. */
  function detach(): void {
    for (const session of sessions.values()) session.connection = null;
  }

  function strike(event: string): void {
    if (connections.size === 0) return;
    const fault = faults.pick('connection', 'gateway', `gateway/${event}`);
    if (fault?.fault === 'reconnect') {
      self.reconnect();
      detach();
    }
    if (fault?.fault === 'invalid_session') self.invalidate(fault.resumable);
    if (fault?.fault !== 'drop') return;
    detach();
    if (fault.code === undefined) self.drop();
    else for (const { socket } of connections) socket.close(fault.code);
  }

  world.dispatch = (event, data) => {
    strike(event);
    const needed = intentOf(event, data);
    for (const session of sessions.values()) if ((session.intents & needed) === needed) deliver(session, event, data);
  };

  const isOurs = (token = ''): boolean => options.account.accepts(token.replace(/^Bot /, ''));
  /** The token was reset: whoever is connected, or comes back, has to show the new one. */
  function endAll(): void {
    sessions.clear();
    for (const { socket } of connections) socket.close(4004, 'Authentication failed.');
  }

  function identify(connection: Connection, data: { token?: string; intents?: number }): void {
    const { socket } = connection;
    if (connection.session) return socket.close(4005, 'Already authenticated.');
    if (!isOurs(data.token)) return socket.close(4004, 'Authentication failed.');
    if (!options.account.startSession()) return endAll();
    if (!Number.isInteger(data.intents)) return socket.close(4013, 'Invalid intent(s).');
    const intents = data.intents ?? 0;
    if (intents & privileged & ~granted) return socket.close(4014, 'Disallowed intent(s).');
    const session: Session = { id: randomBytes(16).toString('hex'), intents, sent: [], connection };
    connection.session = session;
    sessions.set(session.id, session);
    deliver(session, 'READY', readyData(world, session.id, url()));
    if (intents & intent.guilds) deliver(session, 'GUILD_CREATE', guildData(world));
  }

  function resume(connection: Connection, data: { token?: string; session_id?: string; seq?: number }): void {
    const { socket } = connection;
    if (!isOurs(data.token)) return socket.close(4004, 'Authentication failed.');
    const session = sessions.get(data.session_id ?? '');
    if (!session) return connection.send({ op: op.invalid, d: false, s: null, t: null });
    const seq = data.seq ?? 0;
    // What was thrown away cannot be replayed.
    if (seq + 1 < (session.sent[0]?.s ?? 0)) return connection.send({ op: op.invalid, d: false, s: null, t: null });
    if (seq > (session.sent.at(-1)?.s ?? 0)) return socket.close(4007, 'Invalid seq.');
    if (session.connection && session.connection !== connection) session.connection.socket.terminate();
    session.connection = connection;
    connection.session = session;
    for (const payload of session.sent.filter(({ s }) => (s ?? 0) > seq)) connection.send(payload);
    deliver(session, 'RESUMED', {});
  }

  function expectHeartbeat(connection: Connection): void {
    clearTimeout(connection.deadline);
    connection.deadline = setTimeout(
      () => connection.socket.close(4009, 'Session timed out.'),
      options.heartbeatIntervalMs * 1.5,
    ).unref();
  }

  function onPayload(connection: Connection, text: string): void {
    const { socket } = connection;
    let payload: Payload;
    try {
      payload = JSON.parse(text) as Payload;
    } catch {
      return socket.close(4002, 'Error while decoding payload.');
    }
    const data = (payload.d ?? {}) as Record<string, never>;
    if (payload.op === op.heartbeat) {
      expectHeartbeat(connection);
      return connection.send({ op: op.ack, d: null, s: null, t: null });
    }
    if (payload.op === op.identify) return identify(connection, data);
    if (payload.op === op.resume) return resume(connection, data);
    if (!connection.session) return socket.close(4003, 'Not authenticated.');
    if (payload.op !== op.presence && payload.op !== op.voice && payload.op !== op.members)
      socket.close(4001, 'Unknown opcode.');
  }

  function onConnection(socket: WebSocket, request: IncomingMessage): void {
    const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams;
    if (query.has('v') && query.get('v') !== '10') return socket.close(4012, 'Invalid API version');
    const connection = connect(socket, query.get('compress') === 'zlib-stream');
    connections.add(connection);
    socket.on('message', (message) => onPayload(connection, String(message)));
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      clearTimeout(connection.deadline);
      connections.delete(connection);
      const { session } = connection;
      if (session?.connection !== connection) return;
      session.connection = null;
      // A client that closes with 1000 or 1001 says that it will not come back.
      if (code === 1000 || code === 1001) sessions.delete(session.id);
    });
    connection.send({
      op: op.hello,
      d: { heartbeat_interval: options.heartbeatIntervalMs, _trace: ['lab'] },
      s: null,
      t: null,
    });
    expectHeartbeat(connection);
  }

  server.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith('/gateway')) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (accepted) => onConnection(accepted, request));
  });

  const self: Gateway = {
    sessions,
    setPrivilegedIntents: (bits) => void (granted = bits),
    reconnect: () =>
      connections.forEach((connection) => connection.send({ op: op.reconnect, d: null, s: null, t: null })),
    drop: () => connections.forEach((connection) => connection.socket.terminate()),
    invalidate(resumable) {
      if (!resumable) sessions.clear();
      for (const connection of connections) {
        if (!resumable) connection.session = null;
        connection.send({ op: op.invalid, d: resumable, s: null, t: null });
      }
    },
  };
  return self;
}
