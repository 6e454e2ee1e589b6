import type { MessageStatus, MessageStore, StoredMessage } from './messages.ts';
import { TwilioRefusal } from './refusal.ts';
import type { Form, Webhooks } from './webhook.ts';

/** What becomes of messages to a number. */
export interface Fate {
  readonly status: 'delivered' | 'undelivered' | 'failed';
  /** For example 30003 (unreachable), 30007 (filtered). */
  readonly errorCode?: number;
}

/** A US long code sends about one segment a second; the queue holds ten hours of them. */
const segmentIntervalMs = 1000;
const queueMaxMs = 36_000_000;
/** The carrier could not take the message within its `ValidityPeriod`. */
const expiredCode = 30036;

interface Settings {
  readonly accountSid: string;
  readonly store: MessageStore;
  readonly webhooks: Webhooks;
  readonly isPaced: boolean;
  /** Between two states of one message. */
  readonly statusIntervalMs: number;
  /** `scrambled` posts callbacks late, out of order and twice, as the platform may. */
  readonly callbackOrder: 'kept' | 'scrambled';
}

export interface Carrier {
  setFate(number: string, fate: Fate): void;
  /** Throws 21611 when the number's queue is full. */
  admit(): void;
  send(message: StoredMessage, callbackUrl: string | null, validitySeconds: number): void;
  close(): void;
}

/** Takes queued messages through sent to their fate, at the pace of a long code. */
export const createCarrier = (settings: Settings): Carrier => {
  const { store, webhooks } = settings;
  const fates = new Map<string, Fate>();
  const timers = new Set<NodeJS.Timeout>();
  let freeAt = 0;

  const later = (delayMs: number, act: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, delayMs);
    timer.unref();
    timers.add(timer);
  };

  const callback = async (
    message: StoredMessage,
    url: string | null,
    status: MessageStatus,
    errorCode: number | null,
  ) => {
    if (!url) return;
    const form: Form = {
      AccountSid: settings.accountSid,
      ApiVersion: '2010-04-01',
      From: message.from,
      To: message.to,
      MessageSid: message.sid,
      SmsSid: message.sid,
      MessageStatus: status,
      SmsStatus: status,
      ...(errorCode === null ? {} : { ErrorCode: String(errorCode) }),
    };
    await webhooks.post(url, form);
  };

  const toSteps = (
    message: StoredMessage,
    isExpired: boolean,
  ): { status: MessageStatus; errorCode: number | null }[] => {
    if (isExpired) return [{ status: 'failed', errorCode: expiredCode }];
    const fate = fates.get(message.to) ?? { status: 'delivered' };
    const last = { status: fate.status, errorCode: fate.errorCode ?? null };
    return fate.status === 'failed' ? [last] : [{ status: 'sent', errorCode: null }, last];
  };

  const run = (message: StoredMessage, url: string | null, isExpired: boolean) => {
    const steps = toSteps(message, isExpired);
    steps.forEach((step, index) => {
      later(settings.statusIntervalMs * (index + 1), () => {
        store.set(message, step);
        if (settings.callbackOrder === 'kept') void callback(message, url, step.status, step.errorCode);
        else if (index === steps.length - 1) void scramble(message, url, steps);
      });
    });
  };

  const scramble = async (message: StoredMessage, url: string | null, steps: ReturnType<typeof toSteps>) => {
    for (const step of [...steps.toReversed(), ...steps.slice(0, 1)])
      await callback(message, url, step.status, step.errorCode);
  };

  return {
    setFate: (number, fate) => void fates.set(number, fate),
    admit() {
      if (settings.isPaced && freeAt - Date.now() > queueMaxMs) throw new TwilioRefusal(21611);
    },
    send(message, url, validitySeconds) {
      const now = Date.now();
      const waitMs = settings.isPaced ? Math.max(0, freeAt - now) : 0;
      if (settings.isPaced) freeAt = now + waitMs + message.segments * segmentIntervalMs;
      const isExpired = waitMs > validitySeconds * 1000;
      later(isExpired ? validitySeconds * 1000 : waitMs, () => run(message, url, isExpired));
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};
