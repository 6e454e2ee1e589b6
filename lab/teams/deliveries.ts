import { randomUUID } from 'node:crypto';
import type { Carry } from '#lab/faults/deliveries.ts';
import type { Answered } from './person.ts';
import type { Activity } from './rooms.ts';

export interface Delivery {
  readonly type: string;
  readonly id: string | undefined;
  /** The bot's HTTP status, 0 when there was none. */
  readonly status: number;
}

interface Parts {
  readonly botUrl: () => string | undefined;
  readonly botTimeoutMs: number;
  readonly carry: Carry;
  token(): Promise<string>;
}

export interface Deliveries {
  /** Posts an activity once, with that token or none. */
  post(activity: Activity, token: string | null): Promise<Answered>;
  /** Brings an activity to the bot as the platform does: again when no answer came in time. Resolves with the first answer. */
  bring(activity: Activity): Promise<Answered>;
  all(): readonly Delivery[];
  close(): void;
}

const kept = 500;

/** Redeliveries after a timeout: a message comes once more as it was, an invoke twice more and under new ids (seen, undocumented). */
const redeliveries = (type: string): number => (type === 'invoke' ? 2 : 1);

const renewed = (activity: Activity): Activity => ({ ...activity, id: `f:${randomUUID()}` });

/** The way of activities from the platform to the bot. */
export function createDeliveries({ botUrl, botTimeoutMs, carry, token }: Parts): Deliveries {
  const closing = new AbortController();
  const deliveries: Delivery[] = [];

  async function attempt(activity: Activity, bearer: string | null): Promise<Answered & { readonly isLate: boolean }> {
    const url = botUrl();
    if (!url) return { status: 0, body: null, isLate: false };
    const headers = { 'content-type': 'application/json', ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) };
    const late = AbortSignal.timeout(botTimeoutMs);
    const signal = AbortSignal.any([closing.signal, late]);
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(activity), signal })
      .then(async (response) => ({
        status: response.status,
        body: await response.json().catch(() => null),
        isLate: false,
      }))
      .catch(() => ({ status: 0, body: null, isLate: late.aborted }));
  }

  async function post(activity: Activity, bearer: string | null) {
    const answered = await attempt(activity, bearer);
    deliveries.push({ type: activity.type, id: activity.id, status: answered.status });
    if (deliveries.length > kept) deliveries.shift();
    return answered;
  }

  async function redeliver(activity: Activity): Promise<void> {
    for (let left = redeliveries(activity.type); left > 0 && !closing.signal.aborted; left -= 1) {
      const again = activity.type === 'invoke' ? renewed(activity) : activity;
      if (!(await post(again, await token())).isLate) return;
    }
  }

  return {
    post,
    bring: (activity) =>
      carry(
        ['events', `events/${activity.type}`],
        async ({ hasNewId }) => {
          const answered = await post(hasNewId ? renewed(activity) : activity, await token());
          if (answered.isLate) void redeliver(activity);
          return answered;
        },
        activity.type === 'invoke' ? 'invoke' : 'delivery',
      ),
    all: () => deliveries,
    close: () => closing.abort(),
  };
}
