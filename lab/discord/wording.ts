import type { Context } from 'hono';
import type { Wording } from '#lab/faults/calls.ts';

/** `POST /channels/…/messages` and the path alone, or null when the call is none of the platform's. */
export const namesOf = ({ req: { method, path } }: Context): readonly string[] | null => {
  if (!path.startsWith('/api/')) return null;
  const inside = path.replace(/^\/api(\/v\d+)?/, '');
  return [`${method} ${inside}`, inside];
};

export const wording: Wording = {
  rateLimit: (c, seconds) =>
    c.json({ message: 'You are being rate limited.', retry_after: seconds, global: false }, 429, {
      'retry-after': String(Math.ceil(seconds)),
      'x-ratelimit-limit': '5',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': (Date.now() / 1000 + seconds).toFixed(3),
      'x-ratelimit-reset-after': seconds.toFixed(3),
      'x-ratelimit-scope': 'user',
    }),
  error: (c, status) => c.json({ message: `${status}: Server Error`, code: 0 }, status as 500),
};
