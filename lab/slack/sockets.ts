import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Faults } from '#lab/faults/faults.ts';
import type { Json } from './workspace.ts';

/** The platform keeps at most this many connections of one app. */
const socketsMax = 10;
const ticketLifetimeMs = 30_000;
const pingIntervalMs = 10_000;
const closeHandshakeMs = 500;
/** A connection told to go is closed this long after, and gets no more envelopes. */
const leaveMs = 10_000;

export interface Sockets {
  count(): number;
  /** A path with a ticket for one connection. */
  issuePath(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sends one envelope to one connection; resolves with the acknowledged payload, or null when none came in time. */
  send(
    type: string,
    payload: Json,
    retry: { num: number; reason: string | null },
    ackTimeoutMs: number,
  ): Promise<Json | null>;
  /** Asks every connected client to come back, for one of the platform's reasons. */
  disconnect(reason: 'warning' | 'refresh_requested' | 'link_disabled'): void;
  close(): Promise<void>;
}

const readAck = (data: unknown): { id: string; payload: Json } | null => {
  try {
    const parsed = JSON.parse(String(data)) as { envelope_id?: unknown; payload?: Json } | null;
    return typeof parsed?.envelope_id === 'string' ? { id: parsed.envelope_id, payload: parsed.payload ?? {} } : null;
  } catch {
    return null;
  }
};

/** Socket Mode: single-use tickets, `hello`, envelopes to one connection each, acknowledgements, pings. */
export const createSockets = (appId: string, faults: Faults): Sockets => {
  const server = new WebSocketServer({ noServer: true, maxPayload: 1_000_000 });
  const tickets = new Map<string, number>();
  const connected: WebSocket[] = [];
  const waiting = new Map<string, (payload: Json) => void>();

  const pinging = setInterval(() => {
    for (const socket of connected) socket.ping(String(Date.now()));
  }, pingIntervalMs);
  pinging.unref();

  const forget = (socket: WebSocket): void => {
    const index = connected.indexOf(socket);
    if (index >= 0) connected.splice(index, 1);
  };

  /** The client keeps what it was sent and may still acknowledge it, until it goes or is closed. */
  const sendAway = (socket: WebSocket, reason: 'warning' | 'refresh_requested' | 'link_disabled'): void => {
    forget(socket);
    socket.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'lab' } }));
    setTimeout(() => socket.close(1000), leaveMs).unref();
  };

  const welcome = (socket: WebSocket): void => {
    if (connected.length >= socketsMax) {
      socket.send(JSON.stringify({ type: 'disconnect', reason: 'too_many_websockets', debug_info: { host: 'lab' } }));
      socket.close(1000);
      return;
    }
    socket.on('message', (data) => {
      const ack = readAck(data);
      if (ack) waiting.get(ack.id)?.(ack.payload);
    });
    socket.on('close', () => forget(socket));
    socket.on('error', () => socket.terminate());
    connected.push(socket);
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: connected.length,
        connection_info: { app_id: appId },
        debug_info: { host: 'lab', build_number: 1, approximate_connection_time: 18_060 },
      }),
    );
  };

  return {
    count: () => connected.length,
    issuePath() {
      const ticket = randomUUID();
      tickets.set(ticket, Date.now() + ticketLifetimeMs);
      return `/link/?ticket=${ticket}&app_id=${randomBytes(8).toString('hex')}`;
    },
    upgrade(request, socket, head) {
      const url = new URL(request.url ?? '/', 'http://lab');
      const ticket = url.searchParams.get('ticket') ?? '';
      const isValid = url.pathname === '/link/' && (tickets.get(ticket) ?? 0) > Date.now();
      tickets.delete(ticket);
      if (isValid) server.handleUpgrade(request, socket, head, welcome);
      else socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    },
    async send(type, payload, retry, ackTimeoutMs) {
      const socket = connected.shift();
      if (!socket) return null;
      connected.push(socket);
      const id = randomUUID();
      const { promise, resolve } = Promise.withResolvers<Json | null>();
      const timer = setTimeout(() => resolve(null), ackTimeoutMs);
      const fault = faults.pick('connection', 'socket');
      // What is under way on a connection that breaks is lost, and comes again as a retry.
      if (fault?.fault === 'drop') {
        forget(socket);
        if (fault.code === undefined) socket.terminate();
        else socket.close(fault.code);
      }
      waiting.set(id, resolve);
      const retries = type === 'events_api' ? { retry_attempt: retry.num, retry_reason: retry.reason ?? '' } : {};
      socket.send(
        JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: type !== 'events_api', ...retries }),
      );
      // Right behind an envelope: the client is leaving while it acknowledges.
      if (fault?.fault === 'refresh') sendAway(socket, 'refresh_requested');
      const answer = await promise;
      clearTimeout(timer);
      waiting.delete(id);
      return answer;
    },
    disconnect(reason) {
      for (const socket of connected.splice(0)) sendAway(socket, reason);
    },
    async close() {
      clearInterval(pinging);
      const leaving = [...server.clients].map(async (socket) => {
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.close(1001);
        await Promise.race([closed, sleep(closeHandshakeMs, undefined, { ref: false })]);
        socket.terminate();
      });
      await Promise.all(leaving);
      server.close();
    },
  };
};
