import { ChannelError } from '#core/errors.ts';
import { TokenError } from './token-error.ts';

/** Without a usable Retry-After: the connector counts sends in windows of up to 30 s. */
const retryAfterMsDefault = 2000;
/** Whoever gives the token cannot be reached, or has too much to do. */
const noTokenRetryMs = 30_000;
/** People have to act before it works again. */
const badTokenRetryMs = 60_000;

interface RestFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly details?: { readonly error?: { readonly code?: string; readonly message?: string } };
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

export const statusOf = (error: unknown): number | undefined => (error as RestFailure).statusCode;

/** The connector tells the refusals of a stream apart by its words alone. */
const streamRefusals = [
  ['stream_cancelled', /cancell?ed/i],
  ['message_too_large', /too large/i],
  // Only these words say that this chat has no streams at all.
  ['stream_not_allowed', /^content stream is not allowed\.?$/i],
  ['stream_over', /(?:)/],
] as const;

const streamRefusalOf = (message: string): string =>
  streamRefusals.find(([, words]) => words.test(message))?.[0] ?? 'stream_over';

/** The message to change is gone, its conversation is not. */
export const isActivityGone = (error: unknown): boolean =>
  error instanceof ChannelError && error.code.startsWith('ActivityNotFound');

/**
 * What a failure of the Bot Connector or of the login before it means. `refusals` counts the tokens in a row that were refused:
 * the first may only have become old.
 */
export function toChannelError(error: unknown, refusals: number): ChannelError {
  const fail = (reason: ChannelError['reason'], code: string, retryAfterMs?: number) =>
    new ChannelError('teams', reason, code, { cause: error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  if (error instanceof TokenError)
    return error.isFinal
      ? fail('rate_limited', 'bad_token', badTokenRetryMs)
      : fail('rate_limited', 'no_token', noTokenRetryMs);
  const { statusCode: status, code, details, response } = error as RestFailure;
  const name = details?.error?.code ?? code ?? String(status ?? 'network');
  if (status === 429) {
    const seconds = Number(response?.headers?.get('retry-after'));
    return fail('rate_limited', name, seconds > 0 ? seconds * 1000 : retryAfterMsDefault);
  }
  if (status === 401)
    return refusals > 1
      ? fail('rate_limited', 'bad_token', badTokenRetryMs)
      : fail('rate_limited', name, retryAfterMsDefault);
  if (name === 'ContentStreamNotAllowed') return fail('refused', streamRefusalOf(details?.error?.message ?? ''));
  if (name.startsWith('ActivityNotFound')) return fail('refused', name);
  // learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability, status codes: the bot was removed or
  // blocked, the team was archived, the conversation deleted.
  if (status === 403 || status === 404) return fail('unreachable', name);
  // 412 tells of a write that met another one; what became of ours is not known.
  if (status === undefined || status === 408 || status === 412 || status >= 500) return fail('ambiguous', name);
  return fail('refused', name);
}
