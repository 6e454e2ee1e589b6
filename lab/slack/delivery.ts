import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sockets } from './sockets.ts';
import { newSlackId, type Identity, type Json } from './workspace.ts';

/** Before retry 1, 2, 3 (docs.slack.dev/apis/events-api: at once, after a minute, after five). */
export const realRetryDelaysMs: readonly number[] = [0, 60_000, 300_000];
/** The app must acknowledge within this time. */
export const realAckTimeoutMs = 3000;

export interface Attempt {
  /** 0 for the first try, then `X-Slack-Retry-Num`. */
  readonly retryNum: number;
  readonly via: 'http' | 'socket';
  /** The HTTP status, or null when none came or a socket was used. */
  readonly status: number | null;
  /** Why the try failed, in the words of `X-Slack-Retry-Reason`; null when acknowledged. */
  readonly reason: string | null;
}

export interface Outcome {
  readonly eventId: string;
  readonly delivered: boolean;
  readonly attempts: readonly Attempt[];
}

export interface DeliverOptions {
  /** Send under this id again: a duplicate. */
  readonly eventId?: string;
  /** Sign with another secret: a forgery. */
  readonly signingSecret?: string;
  /** Shift the signed timestamp; negative is a stale request. Seconds. */
  readonly timestampShiftSeconds?: number;
}

interface Try extends Attempt {
  readonly noRetry: boolean;
  readonly body: string;
}

interface Settings {
  readonly identity: Identity;
  readonly sockets: Sockets;
  readonly signingSecret: string;
  readonly retryDelaysMs: readonly number[];
  readonly ackTimeoutMs: number;
  readonly eventsUrl: () => string | undefined;
  readonly interactivityUrl: () => string | undefined;
}

export interface Delivery {
  /** Sends an event until it is acknowledged or the retries are used up. */
  deliver(event: Json, options?: DeliverOptions): Promise<Outcome>;
  /** Sends a person's act once. Rejects when the app does not acknowledge it; resolves with the body of the acknowledgement. */
  interact(payload: Json): Promise<string>;
  /** Asks the events URL to echo a challenge, as the platform does when the URL is saved. */
  verifyUrl(): Promise<boolean>;
  outcomes(): Outcome[];
  close(): void;
}

const outcomesKept = 500;

const toReason = (error: unknown): string =>
  error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')
    ? 'http_timeout'
    : 'connection_failed';

/** Carries events and acts to the app: over a socket when one is connected, else as signed HTTP. */
export const createDelivery = (settings: Settings): Delivery => {
  const { identity, sockets } = settings;
  const closing = new AbortController();
  const outcomes: Outcome[] = [];

  const post = async (
    url: string,
    body: string,
    contentType: string,
    extra: Record<string, string>,
    options: DeliverOptions,
  ) => {
    const timestamp = String(Math.floor(Date.now() / 1000) + (options.timestampShiftSeconds ?? 0));
    const digest = createHmac('sha256', options.signingSecret ?? settings.signingSecret)
      .update(`v0:${timestamp}:${body}`)
      .digest('hex');
    const response = await fetch(url, {
      method: 'POST',
      body,
      redirect: 'manual',
      headers: {
        'content-type': contentType,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${digest}`,
        ...extra,
      },
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(settings.ackTimeoutMs)]),
    });
    return {
      status: response.status,
      noRetry: response.headers.get('x-slack-no-retry') === '1',
      body: await response.text(),
    };
  };

  const attempt = async (
    type: 'events_api' | 'interactive',
    payload: Json,
    retry: { num: number; reason: string | null },
    options: DeliverOptions,
  ): Promise<Try> => {
    if (sockets.count() > 0) {
      const ack = await sockets.send(type, payload, retry, settings.ackTimeoutMs);
      return {
        retryNum: retry.num,
        via: 'socket',
        status: null,
        reason: ack === null ? 'timeout' : null,
        noRetry: false,
        body: ack === null ? '' : JSON.stringify(ack),
      };
    }
    const url = type === 'events_api' ? settings.eventsUrl() : settings.interactivityUrl();
    const failed = { retryNum: retry.num, via: 'http', status: null, noRetry: false, body: '' } as const;
    if (!url) return { ...failed, reason: 'connection_failed' };
    const isEvent = type === 'events_api';
    const body = isEvent
      ? JSON.stringify(payload)
      : new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const headers: Record<string, string> =
      retry.num > 0
        ? { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason ?? 'unknown_error' }
        : {};
    try {
      const answer = await post(
        url,
        body,
        isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
        headers,
        options,
      );
      const isAcknowledged = answer.status >= 200 && answer.status < 300;
      return { ...failed, ...answer, reason: isAcknowledged ? null : 'http_error' };
    } catch (error) {
      return { ...failed, reason: toReason(error) };
    }
  };

  const toEnvelope = (event: Json, eventId: string): Json => ({
    token: 'unused',
    team_id: identity.teamId,
    context_team_id: identity.teamId,
    context_enterprise_id: null,
    api_app_id: identity.appId,
    event,
    type: 'event_callback',
    event_id: eventId,
    event_time: Math.floor(Date.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: identity.teamId,
        user_id: identity.botUserId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${newSlackId('')}`,
  });

  return {
    async deliver(event, options = {}) {
      const eventId = options.eventId ?? newSlackId('Ev');
      const envelope = toEnvelope(event, eventId);
      const attempts: Attempt[] = [];
      for (let num = 0; num <= settings.retryDelaysMs.length; num += 1) {
        const delayMs = num === 0 ? 0 : (settings.retryDelaysMs[num - 1] ?? 0);
        if (delayMs > 0) await sleep(delayMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
        if (closing.signal.aborted) break;
        const {
          noRetry,
          body: _,
          ...made
        } = await attempt('events_api', envelope, { num, reason: attempts.at(-1)?.reason ?? null }, options);
        attempts.push(made);
        if (made.reason === null || noRetry) break;
      }
      const outcome: Outcome = { eventId, delivered: attempts.at(-1)?.reason === null, attempts };
      outcomes.push(outcome);
      if (outcomes.length > outcomesKept) outcomes.shift();
      return outcome;
    },
    async interact(payload) {
      const made = await attempt('interactive', payload, { num: 0, reason: null }, {});
      if (made.reason !== null)
        throw new Error(
          `The app did not answer the act (${made.reason}${made.status === null ? '' : ` ${made.status}`})`,
        );
      return made.body;
    },
    async verifyUrl() {
      const url = settings.eventsUrl();
      if (!url) return false;
      const challenge = randomBytes(24).toString('hex');
      try {
        const { status, body } = await post(
          url,
          JSON.stringify({ token: 'unused', challenge, type: 'url_verification' }),
          'application/json',
          {},
          {},
        );
        return status === 200 && body.includes(challenge);
      } catch {
        return false;
      }
    },
    outcomes: () => [...outcomes],
    close: () => closing.abort(),
  };
};
