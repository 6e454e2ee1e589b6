import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { ChannelError } from '#core/errors.ts';

/** Cannot DM, no mutual guild, missing access, missing permissions, unknown channel, unknown guild, locked thread. */
const unreachableCodes: ReadonlySet<number | string> = new Set([
  50_007, 50_278, 50_001, 50_013, 10_003, 10_004, 160_005,
]);
/** Opening DMs too fast, slow mode, write rate of the channel: later, and nothing was shown. */
const tooFastCodes: ReadonlySet<number | string> = new Set([40_003, 20_016, 20_028]);
const tooFastRetryMs = 10_000;
/** The SDK drops a token that was refused; people have to act before it works again. */
export const badTokenRetryMs = 60_000;

export function toChannelError(error: unknown): ChannelError {
  const fail = (reason: ChannelError['reason'], code: string | number, retryAfterMs?: number) =>
    new ChannelError('discord', reason, String(code), {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  if (error instanceof ChannelError) return error;
  if (error instanceof RateLimitError) return fail('rate_limited', error.scope, error.retryAfter);
  if (error instanceof HTTPError) return fail(error.status >= 500 ? 'ambiguous' : 'refused', error.status);
  if (!(error instanceof DiscordAPIError)) return fail('ambiguous', error instanceof Error ? error.name : 'network');
  if (error.status === 401) return fail('rate_limited', 'bad_token', badTokenRetryMs);
  if (unreachableCodes.has(error.code)) return fail('unreachable', error.code);
  if (tooFastCodes.has(error.code)) return fail('rate_limited', error.code, tooFastRetryMs);
  return fail(error.status >= 500 ? 'ambiguous' : 'refused', error.code);
}
