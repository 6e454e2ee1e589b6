import { RESTEvents, Routes, type REST } from 'discord.js';
import { ChannelError } from '#core/errors.ts';

/** Logins kept for people who have to look: at 0 the platform resets the token (discord: topics/gateway#identifying). */
const identifiesReserve = 50;

interface GatewayBot {
  readonly session_start_limit?: { readonly remaining?: number; readonly reset_after?: number };
}

/**
 * Throws ChannelError, until the day's logins begin anew, where so few are left that a process which crashes again and again would
 * use them up.
 */
export async function assertMayIdentify(rest: REST): Promise<void> {
  const { session_start_limit: limit } = (await rest.get(Routes.gatewayBot())) as GatewayBot;
  if (limit?.remaining === undefined || limit.remaining > identifiesReserve) return;
  throw new ChannelError('discord', 'rate_limited', `${limit.remaining}_logins_left_today`, {
    retryAfterMs: limit.reset_after ?? 0,
  });
}

/** Of 10,000 invalid requests (401, 403, 429) in ten minutes, after which the address is banned (discord: topics/rate-limits). */
export const invalidMax = 1000;

export interface Breaker {
  /** Throws ChannelError while no more may be asked. */
  check(): void;
}

/** Stops asking long before the platform stops listening; the SDK, made with `invalidRequestWarningInterval: invalidMax`, counts. */
export function createBreaker(rest: REST, now: () => number = Date.now): Breaker {
  let endsAt = 0;
  rest.on(RESTEvents.InvalidRequestWarning, ({ remainingTime }) => (endsAt = now() + remainingTime));
  return {
    check() {
      if (now() >= endsAt) return;
      throw new ChannelError('discord', 'rate_limited', 'too_many_refusals', { retryAfterMs: endsAt - now() });
    },
  };
}
