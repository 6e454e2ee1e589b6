import { ChannelError } from '#core/errors.ts';

import type { ZendeskSettings } from './config.ts';

const callMs = 15_000;
/** Where the platform does not say when it may be asked again. */
const retryAfterMs = 10_000;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly body?: object;
  /** The same key makes the same ticket for two hours (developer.zendesk.com: api-basics/working-with-data/idempotency). */
  readonly idempotencyKey?: string;
}

/** One request of the API as JSON. Throws ChannelError: 4xx are `refused`, 429 says when, all else may have been done. */
export const createCall =
  ({ url, access }: ZendeskSettings) =>
  async <T>(path: string, { method = 'GET', body, idempotencyKey }: Call = {}): Promise<T> => {
    const response = await fetch(new URL(`/api/v2/${path}`, url), {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(access).toString('base64')}`,
        'content-type': 'application/json',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      signal: AbortSignal.timeout(callMs),
      redirect: 'error',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new ChannelError('zendesk', 'ambiguous', 'no_answer', { cause });
    });
    if (response.ok) return (response.status === 204 ? null : await response.json()) as T;
    await response.body?.cancel();
    const { status } = response;
    if (status === 429) {
      const seconds = Number(response.headers.get('retry-after'));
      throw new ChannelError('zendesk', 'rate_limited', '429', {
        retryAfterMs: seconds > 0 ? seconds * 1000 : retryAfterMs,
      });
    }
    throw new ChannelError('zendesk', status < 500 ? 'refused' : 'ambiguous', String(status));
  };
