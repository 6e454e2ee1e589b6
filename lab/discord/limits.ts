export interface Verdict {
  readonly allowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number;
  readonly isGlobal: boolean;
}

export interface RateLimits {
  /** Counts one request of a route (method and path pattern) on its major id. */
  take(route: string, major: string): Verdict;
  /** Requests answered with 429 so far. */
  refused(): number;
}

export interface Limit {
  readonly limit: number;
  readonly spanMs: number;
}

/** Message creates and edits each have 5 per 5 s in a channel (seen in the platform's headers); the rest are roomy. */
const tight: Limit = { limit: 5, spanMs: 5000 };
const roomy: Limit = { limit: 50, spanMs: 1000 };
/** All routes of one bot together (Discord rate limits). */
const globalPerSecond = 50;

const isTight = (route: string) =>
  route === 'POST /channels/:id/messages' || route === 'PATCH /channels/:id/messages/:id';

export function createRateLimits(ofMessages = tight): RateLimits {
  const windows = new Map<string, { endsAt: number; used: number }>();
  let refused = 0;

  function use(key: string, { limit, spanMs }: Limit) {
    let window = windows.get(key);
    if (!window || window.endsAt <= Date.now()) windows.set(key, (window = { endsAt: Date.now() + spanMs, used: 0 }));
    const allowed = window.used < limit;
    if (allowed) window.used += 1;
    return {
      allowed,
      remaining: limit - window.used,
      resetAfterSeconds: (window.endsAt - Date.now()) / 1000,
      endsAt: window.endsAt,
    };
  }

  return {
    refused: () => refused,
    take(route, major) {
      const overall = use('global', { limit: globalPerSecond, spanMs: 1000 });
      const { limit, spanMs } = isTight(route) ? ofMessages : roomy;
      const own = overall.allowed ? use(`${route} ${major}`, { limit, spanMs }) : overall;
      if (!own.allowed) refused += 1;
      const bucket = Buffer.from(route).toString('hex').slice(0, 32);
      return {
        allowed: own.allowed,
        isGlobal: !overall.allowed,
        retryAfterSeconds: own.resetAfterSeconds,
        headers: {
          'x-ratelimit-limit': String(limit),
          'x-ratelimit-remaining': String(Math.max(0, own.remaining)),
          'x-ratelimit-reset': (own.endsAt / 1000).toFixed(3),
          'x-ratelimit-reset-after': own.resetAfterSeconds.toFixed(3),
          'x-ratelimit-bucket': bucket,
        },
      };
    },
  };
}
