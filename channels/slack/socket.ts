import { setTimeout as sleep } from 'node:timers/promises';
import { LogLevel, SocketModeClient } from '@slack/socket-mode';
import { isJson, type Json } from './verify.ts';

const helloTimeoutMs = 15_000;
const reconnectDelayMaxMs = 30_000;

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

  /** `gone` is wrapped: a bare promise inside a promise would be awaited with it. */
  const connect = async (): Promise<{ gone: Promise<void> }> => {
    const client = createClient(appToken, apiUrl, take);
    current = client;
    const gone = new Promise<void>((resolve) => client.once('disconnected', () => resolve()));
    const timer = setTimeout(() => void client.disconnect(), helloTimeoutMs);
    try {
      await client.start();
    } finally {
      clearTimeout(timer);
    }
    return { gone };
  };

  const keep = async (connected: { gone: Promise<void> }): Promise<void> => {
    await connected.gone;
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      const delayMs = failures === 0 ? 0 : Math.min(reconnectDelayMaxMs, 500 * 2 ** failures);
      await sleep(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      const next = await connect().catch(() => null);
      if (!next) continue;
      await next.gone;
      failures = -1;
    }
  };

  const kept = keep(await connect());
  return {
    async close() {
      closing.abort();
      await current?.disconnect();
      await kept;
    },
  };
};
