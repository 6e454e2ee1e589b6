export interface Limits {
  /** Takes one request; 0 when it may pass, else the whole seconds to wait. */
  take(): number;
  /** What the `anthropic-ratelimit-requests-*` headers say now. */
  headers(): Readonly<Record<string, string>>;
  /** Requests told to wait so far. */
  refused(): number;
}

/** A bucket of requests that fills continuously, as the API's limits do. `now` in ms. */
export function createLimits(requestsPerMinute: number, now: () => number): Limits {
  let tokens = requestsPerMinute;
  let filledAt = now();
  let refused = 0;
  const fill = () => {
    tokens = Math.min(requestsPerMinute, tokens + ((now() - filledAt) / 60_000) * requestsPerMinute);
    filledAt = now();
  };
  return {
    refused: () => refused,
    take() {
      fill();
      if (tokens >= 1) {
        tokens -= 1;
        return 0;
      }
      refused += 1;
      return Math.max(1, Math.ceil(((1 - tokens) / requestsPerMinute) * 60));
    },
    headers() {
      fill();
      const fullInMs = ((requestsPerMinute - tokens) / requestsPerMinute) * 60_000;
      return {
        'anthropic-ratelimit-requests-limit': String(requestsPerMinute),
        'anthropic-ratelimit-requests-remaining': String(Math.floor(tokens)),
        'anthropic-ratelimit-requests-reset': new Date(now() + fullInMs).toISOString(),
      };
    },
  };
}
