import { createHmac, randomUUID } from 'node:crypto';
import type { Carry } from '#lab/faults/deliveries.ts';

export type Form = Record<string, string>;

export interface WebhookAnswer {
  /** Null when no answer came. */
  readonly status: number | null;
  readonly contentType: string;
  readonly body: string;
  readonly attempts: number;
}

/** The platform repeats a webhook at most this often, and only when the URL's fragment asks (`#rc=2&rp=5xx`). */
const retriesMax = 5;

/** `X-Twilio-Signature`: HMAC-SHA1 over the exact URL without its fragment and the sorted fields. */
const sign = (authToken: string, url: string, form: Form): string => {
  const fields = Object.keys(form)
    .toSorted()
    .map((key) => key + form[key]);
  return createHmac('sha1', authToken)
    .update(url + fields.join(''))
    .digest('base64');
};

/** Which failures the fragment wants repeated: `4xx`, `5xx`, `ct` (no connection, the default), `rt` (no answer in time), `all`. */
const toRetryPlan = (fragment: string): { retries: number; wants: (failure: string) => boolean } => {
  const options = new URLSearchParams(fragment);
  const policies = (options.get('rp') ?? 'ct').split(',');
  return {
    retries: Math.min(retriesMax, Math.max(0, Number(options.get('rc') ?? 0) || 0)),
    wants: (failure) => policies.includes('all') || policies.includes(failure),
  };
};

export interface Webhooks {
  /** Posts a signed form and repeats it as the URL asks, every time under the same idempotency token. */
  post(event: 'inbound' | 'status', url: string, form: Form): Promise<WebhookAnswer>;
  close(): void;
}

export const createWebhooks = (authToken: string, timeoutMs: number, carry: Carry): Webhooks => {
  const closing = new AbortController();

  const once = async (
    url: string,
    form: Form,
    token: string,
  ): Promise<{ answer: Omit<WebhookAnswer, 'attempts'>; failure: string | null }> => {
    const none = { status: null, contentType: '', body: '' };
    try {
      const response = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams(form).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'user-agent': 'TwilioProxy/1.1',
          accept: '*/*',
          'x-twilio-signature': sign(authToken, url, form),
          'i-twilio-idempotency-token': token,
        },
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]),
      });
      const answer = {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: await response.text(),
      };
      return { answer, failure: response.ok ? null : `${Math.floor(response.status / 100)}xx` };
    } catch (error) {
      return { answer: none, failure: error instanceof Error && error.name === 'TimeoutError' ? 'rt' : 'ct' };
    }
  };

  return {
    post(event, address, form) {
      const [url = '', fragment = ''] = address.split('#');
      const plan = toRetryPlan(fragment);
      const token = randomUUID();
      return carry(['events', `events/${event}`], async () => {
        for (let attempts = 1; ; attempts += 1) {
          const { answer, failure } = await once(url, form, token);
          if (failure === null || attempts > plan.retries || !plan.wants(failure) || closing.signal.aborted)
            return { ...answer, attempts };
        }
      });
    },
    close: () => closing.abort(),
  };
};
