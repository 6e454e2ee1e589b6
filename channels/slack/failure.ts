import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api';
import { ChannelError } from '#core/errors.ts';

const unreachable = new Set([
  'cannot_dm_bot',
  'channel_not_found',
  'is_archived',
  'not_in_channel',
  'user_disabled',
  'user_not_found',
]);

/** The token is of no use until people put another in its place: what is to be said waits for that, and is not lost. */
const deadTokens = new Set(['account_inactive', 'invalid_auth', 'not_authed', 'token_expired', 'token_revoked']);
const deadTokenRetryMs = 60_000;

/** Answers that say nothing about whether the call had its effect. */
const unsure = new Set(['fatal_error', 'internal_error', 'request_timeout', 'service_unavailable']);

/** Why a call of the Web API failed, in the contract's words. */
export const toChannelError = (error: unknown): ChannelError => {
  if (error instanceof ChannelError) return error;
  if (error instanceof WebAPIRateLimitedError)
    return new ChannelError('slack', 'rate_limited', 'ratelimited', {
      retryAfterMs: error.retryAfter * 1000,
      cause: error,
    });
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    if (code === 'ratelimited' || code === 'rate_limited')
      return new ChannelError('slack', 'rate_limited', code, { cause: error });
    if (deadTokens.has(code))
      return new ChannelError('slack', 'rate_limited', code, { retryAfterMs: deadTokenRetryMs, cause: error });
    const reason = unreachable.has(code) ? 'unreachable' : unsure.has(code) ? 'ambiguous' : 'refused';
    return new ChannelError('slack', reason, code, { cause: error });
  }
  if (error instanceof WebAPIHTTPError) {
    const reason = error.statusCode >= 500 ? 'ambiguous' : 'refused';
    return new ChannelError('slack', reason, `http_${error.statusCode}`, { cause: error });
  }
  // A timeout or a connection that broke: the message may be there.
  return new ChannelError('slack', 'ambiguous', 'no_answer', { cause: error });
};
