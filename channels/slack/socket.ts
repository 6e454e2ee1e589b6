import { setTimeout as sleep } from 'node:timers/promises';
import { LogLevel, SocketModeClient } from '@slack/socket-mode';
import { isJson, type Json } from './verify.ts';

const helloTimeoutMs = 15_000;
const reconnectDelayMaxMs = 30_000;
/** A connection that lasted this long was a good one: the next follows it at once. */
const steadyMs = 10_000;
const closeTimeoutMs = 2000;

interface Envelope {
  readonly body: unknown;
  readonly retry_num?: number;
  readonly retry_reason?: string;
  ack(): Promise<void>;
}

export interface Retry {
  readonly num?: number;
  readonly reason?: string;
}

/** Resolves when the body is stored. */
export type Take = (body: Json, retry: Retry) => Promise<void>;

export interface Socket {
  close(): Promise<void>;
}

const createClient = (appToken: string, apiUrl: string, take: Take): SocketModeClient => {
  const client = new SocketModeClient({
    appToken,
    // Its own reconnect gives up silently when the network is away: `openSocket` does it.
    autoReconnectEnabled: false,
    // Below ERROR it would print what people write.
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: apiUrl, retryConfig: { retries: 0 }, timeout: 10_000 },
  });
  // 3.1.0 throws on envelopes without an event (`app_rate_limited`), as a rejection nobody can catch.
  const { onWebSocketMessage } = client as unknown as {
    onWebSocketMessage(data: unknown, isBinary: boolean): Promise<void>;
  };
  client.removeAllListeners('ws_message');
  client.on('ws_message', (data: unknown, isBinary: boolean) => {
    onWebSocketMessage.call(client, data, isBinary).catch(() => undefined);
  });
  client.on('slack_event', ({ body, retry_num, retry_reason, ack }: Envelope) => {
    const retry = {
      ...(retry_num === undefined ? {} : { num: retry_num }),
      ...(retry_reason === undefined ? {} : { reason: retry_reason }),
    };
    // Not stored, or the connection went away before the acknowledgement: the platform sends it again.
    take(isJson(body) ? body : {}, retry)
      .then(ack)
      .catch(() => undefined);
  });
  return client;
};

interface Connected {
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;
}

/** Keeps one connection until closed: each reconnect is a fresh client at once, later ones after growing waits. */
const createConnection = (appToken: string, apiUrl: string, take: Take) => {
  const closing = new AbortController();
  let current: SocketModeClient | undefined;

  const leave = async (client: SocketModeClient): Promise<void> => {
    // A connection that is already gone does not tell so again.
    const late = new AbortController();
    await Promise.race([
      client.disconnect(),
      sleep(closeTimeoutMs, undefined, { signal: late.signal }).catch(() => undefined),
    ]);
    late.abort();
    client.emit('disconnected');
  };

  /** Rejects when the connection cannot be made. */
  const connect = async (): Promise<Connected> => {
    const client = createClient(appToken, apiUrl, take);
    const gone = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
    const timer = setTimeout(() => void client.disconnect(), helloTimeoutMs);
    try {
      await client.start();
    } finally {
      clearTimeout(timer);
    }
    current = client;
    // Closed while it was connecting.
    if (closing.signal.aborted) await leave(client);
    return { gone };
  };

  /** Begins with this connection, or with none that could be made. */
  const keep = async (connected: Connected | null): Promise<void> => {
    let since = Date.now();
    await connected?.gone;
    for (let failures = connected ? 0 : 1; !closing.signal.aborted; failures += 1) {
      if (Date.now() - since > steadyMs) failures = 0;
      const delayMs = failures === 0 ? 0 : Math.min(reconnectDelayMaxMs, 250 * 2 ** failures);
      await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      since = Date.now();
      const next = await connect().catch(() => null);
      await next?.gone;
    }
  };

  return {
    connect,
    keep,
    async leave() {
      closing.abort();
      if (current) await leave(current);
    },
  };
};

/**
 * Keeps two Socket Mode connections open until closed: an event comes over one of them, and while one is away, as each is for some
 * seconds every few hours, over the other. Rejects when the first cannot be made.
 */
export const openSocket = async (appToken: string, apiUrl: string, take: Take): Promise<Socket> => {
  const [first, second] = [createConnection(appToken, apiUrl, take), createConnection(appToken, apiUrl, take)];
  const connected = await first.connect();
  const kept = Promise.all([
    first.keep(connected),
    second
      .connect()
      .catch(() => null)
      .then(second.keep),
  ]);
  return {
    async close() {
      await Promise.all([first.leave(), second.leave()]);
      await kept;
    },
  };
};
