import type { MiddlewareHandler } from 'hono';

/** As GET /gateway/bot tells it; `reset_after` in milliseconds. */
export interface SessionStartLimit {
  readonly total: number;
  readonly remaining: number;
  readonly reset_after: number;
  readonly max_concurrency: number;
}

export interface AccountOptions {
  readonly token: string;
  /** How many IDENTIFYs are left of 1,000, and the milliseconds until there are 1,000 again; all of them and a day unless told. */
  readonly sessionStarts?: { readonly remaining: number; readonly resetAfterMs: number };
  /** Answers of 401, 403 and 429 in 10 minutes, after which the address is banned; 10,000 unless told. */
  readonly invalidRequestsMax?: number;
}

/** What one bot can use up. */
export interface Account {
  accepts(token: string | undefined): boolean;
  sessionStartLimit(): SessionStartLimit;
  /** Counts one IDENTIFY. False for one too many: the platform has reset the token, and no session goes on. */
  startSession(): boolean;
  /** IDENTIFYs so far. */
  sessionsStarted(): number;
  /** Goes before all of the API: counts what was invalid, and lets a banned address no further. */
  readonly ban: MiddlewareHandler;
}

const startsPerDay = 1000;
const dayMs = 24 * 60 * 60_000;
const banSpanMs = 10 * 60_000;
const invalidStatuses: ReadonlySet<number> = new Set([401, 403, 429]);

export function createAccount({ token, sessionStarts, invalidRequestsMax = 10_000 }: AccountOptions): Account {
  let isReset = false;
  let started = 0;
  let remaining = sessionStarts?.remaining ?? startsPerDay;
  let startsEndAt = Date.now() + (sessionStarts?.resetAfterMs ?? dayMs);
  let invalid = { count: 0, endsAt: 0 };

  function renew(): void {
    if (Date.now() < startsEndAt) return;
    remaining = startsPerDay;
    startsEndAt = Date.now() + dayMs;
  }

  return {
    accepts: (given) => !isReset && given === token,
    sessionsStarted: () => started,
    sessionStartLimit() {
      renew();
      return { total: startsPerDay, remaining, reset_after: startsEndAt - Date.now(), max_concurrency: 1 };
    },
    startSession() {
      renew();
      isReset ||= remaining === 0;
      if (isReset) return false;
      started += 1;
      remaining -= 1;
      return true;
    },
    async ban(c, next) {
      if (Date.now() >= invalid.endsAt) invalid = { count: 0, endsAt: Date.now() + banSpanMs };
      const retryAfter = String(Math.ceil((invalid.endsAt - Date.now()) / 1000));
      // The answer of the network before the API: no JSON, and none of the API's headers.
      if (invalid.count >= invalidRequestsMax) return c.text('error code: 1015', 429, { 'retry-after': retryAfter });
      await next();
      if (invalidStatuses.has(c.res.status) && c.res.headers.get('x-ratelimit-scope') !== 'shared') invalid.count += 1;
    },
  };
}
