import type { RESTOptions } from 'discord.js';
import { ChannelError } from '#core/errors.ts';
import { badTokenRetryMs } from './failure.ts';

export type MakeRequest = RESTOptions['makeRequest'];

export interface RequestGuard {
  /** Makes a request, or refuses it with a ChannelError of `rate_limited` that says when it may be made. */
  guard(makeRequest: MakeRequest): MakeRequest;
  /** Why requests are refused here, or null. */
  problem(): string | null;
}

/** Of 401, 403 and 429; the platform bans the whole address, and other bots that use it, for 10,000 in 10 minutes. */
const invalidMax = 1000;
/** Of 403 in one room: what is not allowed there now is not allowed the next time either. */
const forbiddenInRoomMax = 20;
const spanMs = 10 * 60_000;
const invalidStatuses: ReadonlySet<number> = new Set([401, 403, 429]);

const roomOf = (url: string): string | undefined => /\/channels\/(\d+)/.exec(url)?.[1];

/** Stops what would end in a ban: a loop of requests that the platform refuses. */
export function createRequestGuard(): RequestGuard {
  let endsAt = 0;
  let invalid = 0;
  const forbidden = new Map<string, number>();
  let tokenRefusedUntil = 0;

  function renew(): void {
    if (Date.now() < endsAt) return;
    endsAt = Date.now() + spanMs;
    invalid = 0;
    forbidden.clear();
  }

  const refuse = (code: string, until: number): never => {
    throw new ChannelError('discord', 'rate_limited', code, { retryAfterMs: Math.max(1, until - Date.now()) });
  };

  function count(status: number, room: string | undefined): void {
    if (invalidStatuses.has(status)) invalid += 1;
    if (status === 403 && room !== undefined) forbidden.set(room, (forbidden.get(room) ?? 0) + 1);
  }

  return {
    guard: (makeRequest) => async (url, init) => {
      renew();
      const room = roomOf(url);
      const isOurs = new Headers(init.headers as Record<string, string>).has('authorization');
      if (isOurs && Date.now() < tokenRefusedUntil) refuse('bad_token', tokenRefusedUntil);
      if (invalid >= invalidMax) refuse('invalid_requests', endsAt);
      if (room !== undefined && (forbidden.get(room) ?? 0) >= forbiddenInRoomMax) refuse('forbidden_again', endsAt);
      const response = await makeRequest(url, init);
      // A limit that others have used up is not held against us.
      if (response.headers.get('x-ratelimit-scope') !== 'shared') count(response.status, room);
      if (isOurs) tokenRefusedUntil = response.status === 401 ? Date.now() + badTokenRetryMs : 0;
      return response;
    },
    problem() {
      renew();
      if (Date.now() < tokenRefusedUntil) return 'the token is not accepted';
      if (invalid < invalidMax) return null;
      return `${invalid} requests were refused: the next is made at ${new Date(endsAt).toISOString()}`;
    },
  };
}
