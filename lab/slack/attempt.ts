import { createHmac } from 'node:crypto';
import type { Sockets } from './sockets.ts';
import type { Json } from './workspace.ts';

export interface Attempt {
  /** 0 for the first try, then `X-Slack-Retry-Num`. */
  readonly retryNum: number;
  readonly via: 'http' | 'socket';
  /** The HTTP status, or null when none came or a socket was used. */
  readonly status: number | null;
  /** Why the try failed, in the words of `X-Slack-Retry-Reason`; null when acknowledged. */
  readonly reason: string | null;
}

/** An attempt with what the app answered. */
export interface Answered extends Attempt {
  readonly noRetry: boolean;
  readonly body: string;
}

export interface SignOptions {
  /** Sign with another secret: a forgery. */
  readonly signingSecret?: string;
  /** Shift the signed timestamp; negative is a stale request. Seconds. */
  readonly timestampShiftSeconds?: number;
}

export interface Route {
  readonly sockets: Sockets;
  readonly signingSecret: string;
  readonly ackTimeoutMs: number;
  readonly closing: AbortSignal;
  readonly eventsUrl: () => string | undefined;
  readonly interactivityUrl: () => string | undefined;
}

/** What is sent, and as which try. */
export interface Shipment {
  readonly type: 'events_api' | 'interactive' | 'slash_commands';
  readonly payload: Json;
  readonly retry: { readonly num: number; readonly reason: string | null };
  readonly sign?: SignOptions;
}

const toReason = (error: unknown): string =>
  error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
    ? 'http_timeout'
    : 'connection_failed';

/** Posts a body signed as v0 over its exact bytes. Rejects when no answer comes in time. */
export const postSigned = async (
  route: Route,
  url: string,
  body: string,
  headers: Record<string, string>,
  sign: SignOptions = {},
) => {
  const timestamp = String(Math.floor(Date.now() / 1000) + (sign.timestampShiftSeconds ?? 0));
  const digest = createHmac('sha256', sign.signingSecret ?? route.signingSecret)
    .update(`v0:${timestamp}:${body}`)
    .digest('hex');
  const response = await fetch(url, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${digest}`,
      ...headers,
    },
    signal: AbortSignal.any([route.closing, AbortSignal.timeout(route.ackTimeoutMs)]),
  });
  return {
    status: response.status,
    noRetry: response.headers.get('x-slack-no-retry') === '1',
    body: await response.text(),
  };
};

const overSocket = async ({ sockets, ackTimeoutMs }: Route, { type, payload, retry }: Shipment): Promise<Answered> => {
  const ack = await sockets.send(type, payload, retry, ackTimeoutMs);
  const body = ack === null ? '' : JSON.stringify(ack);
  return {
    retryNum: retry.num,
    via: 'socket',
    status: null,
    reason: ack === null ? 'timeout' : null,
    noRetry: false,
    body,
  };
};

/** Tries once: over a socket when one is connected, else as signed HTTP. Never rejects. */
export const attempt = async (route: Route, shipment: Shipment): Promise<Answered> => {
  if (route.sockets.count() > 0) return overSocket(route, shipment);
  const { type, payload, retry, sign } = shipment;
  const isEvent = type === 'events_api';
  const url = isEvent ? route.eventsUrl() : route.interactivityUrl();
  const failed = { retryNum: retry.num, via: 'http', status: null, noRetry: false, body: '' } as const;
  if (!url) return { ...failed, reason: 'connection_failed' };
  const form = type === 'slash_commands' ? (payload as Record<string, string>) : { payload: JSON.stringify(payload) };
  const body = isEvent ? JSON.stringify(payload) : new URLSearchParams(form).toString();
  const headers = {
    ...(isEvent ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(retry.num > 0
      ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason ?? 'unknown_error' }
      : {}),
  };
  try {
    const answer = await postSigned(route, url, body, headers, sign);
    return { ...failed, ...answer, reason: answer.status >= 200 && answer.status < 300 ? null : 'http_error' };
  } catch (error) {
    return { ...failed, reason: toReason(error) };
  }
};
