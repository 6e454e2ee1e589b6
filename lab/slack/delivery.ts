import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Carry } from '#lab/faults/deliveries.ts';
import { attempt, postSigned, type Attempt, type Route, type SignOptions } from './attempt.ts';
import { newSlackId, type Identity, type Json } from './workspace.ts';

/** Before retry 1, 2, 3 (docs.slack.dev/apis/events-api: at once, after a minute, after five). */
export const realRetryDelaysMs: readonly number[] = [0, 60_000, 300_000];
/** The app must acknowledge within this time. */
export const realAckTimeoutMs = 3000;

export interface Outcome {
  readonly eventId: string;
  readonly delivered: boolean;
  readonly attempts: readonly Attempt[];
}

export interface DeliverOptions extends SignOptions {
  /** Send under this id again: a duplicate. */
  readonly eventId?: string;
  /** When it happened; now when absent. */
  readonly at?: Date;
}

interface Settings extends Omit<Route, 'closing'> {
  readonly identity: Identity;
  readonly isForOrganization: boolean;
  /** The events that the app asked for; every one when absent. */
  readonly botEvents: readonly string[] | undefined;
  readonly retryDelaysMs: readonly number[];
  readonly carry: Carry;
}

export interface Delivery {
  /** Sends an event, or an envelope that holds none, until it is acknowledged or the retries are used up. */
  deliver(event: Json | null, options?: DeliverOptions): Promise<Outcome>;
  /** Sends a person's act once. Rejects when the app does not acknowledge it; resolves with the body of the acknowledgement. */
  interact(payload: Json, type?: 'interactive' | 'slash_commands'): Promise<string>;
  /** Asks the events URL to echo a challenge, as the platform does when the URL is saved. */
  verifyUrl(): Promise<boolean>;
  outcomes(): Outcome[];
  close(): void;
}

const outcomesKept = 500;

const toEnvelope = (
  { identity, isForOrganization }: Pick<Settings, 'identity' | 'isForOrganization'>,
  event: Json | null,
  eventId: string,
  at: Date,
): Json => ({
  token: 'unused',
  team_id: identity.teamId,
  context_team_id: identity.teamId,
  context_enterprise_id: identity.enterpriseId,
  api_app_id: identity.appId,
  event,
  type: 'event_callback',
  event_id: eventId,
  event_time: Math.floor(at.getTime() / 1000),
  authorizations: [
    {
      enterprise_id: identity.enterpriseId,
      team_id: identity.teamId,
      user_id: identity.botUserId,
      is_bot: true,
      is_enterprise_install: isForOrganization,
    },
  ],
  is_ext_shared_channel: false,
  event_context: `4-${newSlackId('')}`,
});

/** Messages are asked for by the kind of room they are in. */
const isSubscribed = (event: Json, botEvents: readonly string[] | undefined): boolean => {
  const type = String(event['type']);
  const kind = event['channel_type'] === 'im' ? 'im' : 'channels';
  return botEvents === undefined || botEvents.includes(type === 'message' ? `message.${kind}` : type);
};

/** Carries events and acts to the app and repeats what was not acknowledged. */
export const createDelivery = (settings: Settings): Delivery => {
  const closing = new AbortController();
  const route: Route = { ...settings, closing: closing.signal };
  const outcomes: Outcome[] = [];

  /** Tries until it is acknowledged, from retry `first` on: a copy comes as the retry of an event whose acknowledgement was lost. */
  const send = async (envelope: Json, sign: SignOptions, first: number): Promise<Outcome> => {
    const attempts: Attempt[] = [];
    for (let num = first; num <= Math.max(first, settings.retryDelaysMs.length); num += 1) {
      const delayMs = num === first ? 0 : (settings.retryDelaysMs[num - 1] ?? 0);
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      if (closing.signal.aborted) break;
      const retry = { num, reason: attempts.at(-1)?.reason ?? (num === 0 ? null : 'http_timeout') };
      const {
        noRetry,
        body: _,
        ...made
      } = await attempt(route, { type: 'events_api', payload: envelope, retry, sign });
      attempts.push(made);
      if (made.reason === null || noRetry) break;
    }
    const delivered = attempts.at(-1)?.reason === null;
    const outcome: Outcome = { eventId: String(envelope['event_id']), delivered, attempts };
    outcomes.push(outcome);
    if (outcomes.length > outcomesKept) outcomes.shift();
    return outcome;
  };

  return {
    async deliver(event, options = {}) {
      if (event && !isSubscribed(event, settings.botEvents)) return { eventId: '', delivered: false, attempts: [] };
      const envelope = toEnvelope(settings, event, options.eventId ?? newSlackId('Ev'), options.at ?? new Date());
      const names = ['events', `events/${String(event?.['type'])}`];
      return settings.carry(names, ({ number }) => send(envelope, options, number));
    },
    async interact(payload, type = 'interactive') {
      const shipment = { type, payload, retry: { num: 0, reason: null } } as const;
      const made = await settings.carry(['interactivity'], () => attempt(route, shipment));
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
        const challenged = JSON.stringify({ token: 'unused', challenge, type: 'url_verification' });
        const { status, body } = await postSigned(route, url, challenged, {});
        return status === 200 && body.includes(challenge);
      } catch {
        return false;
      }
    },
    outcomes: () => [...outcomes],
    close: () => closing.abort(),
  };
};
