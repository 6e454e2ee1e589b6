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

/**
 * Keeps one Socket Mode connection open until closed; each reconnect is a fresh client at once, later ones after growing waits.
 * Rejects when the first connection cannot be made.
 */
export const openSocket = async (appToken: string, apiUrl: string, take: Take): Promise<Socket> => {
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

  /** `gone` is wrapped: a bare promise inside a promise would be awaited with it. */
  const connect = async (): Promise<{ gone: Promise<void> }> => {
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

  const keep = async (connected: { gone: Promise<void> }): Promise<void> => {
    let since = Date.now();
    await connected.gone;
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      if (Date.now() - since > steadyMs) failures = 0;
      const delayMs = failures === 0 ? 0 : Math.min(reconnectDelayMaxMs, 250 * 2 ** failures);
      await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      since = Date.now();
      const next = await connect().catch(() => null);
      await next?.gone;
    }
  };

  const kept = keep(await connect());
  return {
    async close() {
      closing.abort();
      if (current) await leave(current);
      await kept;
    },
  };
};
