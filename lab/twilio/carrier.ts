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

export interface Order {
  readonly callbackUrl: string | null;
  /** Given up when it waits longer than this. */
  readonly validitySeconds: number;
  /** Decided already, whatever becomes of other messages to the number. */
  readonly fate: Fate | undefined;
}

export interface Carrier {
  setFate(number: string, fate: Fate): void;
  /** Throws 21611 when the number's queue is full. */
  admit(): void;
  send(message: StoredMessage, order: Order): void;
  close(): void;
}

interface Step {
  readonly status: MessageStatus;
  readonly errorCode: number | null;
}

/** The states a message goes through after queued. */
const toSteps = (fate: Fate): Step[] => {
  const last = { status: fate.status, errorCode: fate.errorCode ?? null };
  return fate.status === 'failed' ? [last] : [{ status: 'sent', errorCode: null }, last];
};

const toCallbackForm = (accountSid: string, message: StoredMessage, { status, errorCode }: Step): Form => ({
  AccountSid: accountSid,
  ApiVersion: '2010-04-01',
  From: message.from,
  To: message.to,
  MessageSid: message.sid,
  SmsSid: message.sid,
  MessageStatus: status,
  SmsStatus: status,
  ...(errorCode === null ? {} : { ErrorCode: String(errorCode) }),
});

/** Takes queued messages through sent to their fate, at the pace of a long code. */
export const createCarrier = (settings: Settings): Carrier => {
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

  const report = async (message: StoredMessage, url: string | null, steps: Step[]) => {
    if (url)
      for (const step of steps)
        await settings.webhooks.post('status', url, toCallbackForm(settings.accountSid, message, step));
  };

  const run = (message: StoredMessage, url: string | null, fate: Fate) => {
    const steps = toSteps(fate);
    steps.forEach((step, index) => {
      later(settings.statusIntervalMs * (index + 1), () => {
        settings.store.set(message, step);
        const isLast = index === steps.length - 1;
        if (settings.callbackOrder === 'kept') void report(message, url, [step]);
        else if (isLast) void report(message, url, [...steps.toReversed(), ...steps.slice(0, 1)]);
      });
    });
  };

  return {
    setFate: (number, fate) => void fates.set(number, fate),
    admit() {
      if (settings.isPaced && freeAt - Date.now() > queueMaxMs) throw new TwilioRefusal(21611);
    },
    send(message, { callbackUrl, validitySeconds, fate: decided }) {
      const now = Date.now();
      const waitMs = settings.isPaced ? Math.max(0, freeAt - now) : 0;
      const isExpired = waitMs > validitySeconds * 1000;
      if (settings.isPaced && !isExpired) freeAt = now + waitMs + message.segments * segmentIntervalMs;
      const fate = isExpired
        ? ({ status: 'failed', errorCode: expiredCode } as const)
        : (decided ?? fates.get(message.to) ?? { status: 'delivered' });
      later(isExpired ? validitySeconds * 1000 : waitMs, () => run(message, callbackUrl, fate));
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};
