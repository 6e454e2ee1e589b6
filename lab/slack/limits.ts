/** Calls per minute of the platform's method tiers (docs.slack.dev/apis/web-api/rate-limits). */
const tierPerMinute = { t2: 20, t3: 50, t4: 100, special: 600 } as const;

const tiers: Record<string, keyof typeof tierPerMinute> = {
  'agents.sessions.setStatus': 't3',
  'api.test': 't4',
  'auth.test': 'special',
  'apps.connections.open': 't2',
  'assistant.threads.setStatus': 'special',
  'assistant.threads.setSuggestedPrompts': 't4',
  'assistant.threads.setTitle': 't4',
  'bots.info': 't3',
  'chat.appendStream': 't4',
  'chat.delete': 't3',
  'chat.postEphemeral': 't4',
  'chat.startStream': 't2',
  'chat.stopStream': 't2',
  'chat.update': 't3',
  'conversations.history': 't3',
  'conversations.info': 't3',
  'conversations.list': 't2',
  'conversations.open': 't3',
  'conversations.replies': 't3',
  'reactions.add': 't3',
  'users.info': 't4',
  'views.open': 't4',
  'views.publish': 't4',
  'views.update': 't4',
};

/** `chat.postMessage`: about one a second in each channel, "short bursts" allowed; five is our reading of short. */
const postBurst = 5;

interface Bucket {
  tokens: number;
  filledAt: number;
}

export interface Limits {
  /** Takes one call; 0 when it may pass, else the whole seconds to wait (`Retry-After`). */
  take(method: string, channel: string): number;
  /** Calls told to wait so far. */
  refused(): number;
}

/** Token buckets per method, and per method and channel where the platform counts so. `now` in milliseconds. */
export const createLimits = (now: () => number = () => Date.now()): Limits => {
  const buckets = new Map<string, Bucket>();
  let refused = 0;
  return {
    refused: () => refused,
    take(method, channel) {
      const perChannel = method === 'chat.postMessage';
      const tier = tiers[method];
      if (!perChannel && !tier) return 0;
      const size = perChannel || !tier ? postBurst : tierPerMinute[tier];
      const perSecond = perChannel ? 1 : size / 60;
      const key = perChannel ? `${method} ${channel}` : method;
      const bucket = buckets.get(key) ?? { tokens: size, filledAt: now() };
      buckets.set(key, bucket);
      bucket.tokens = Math.min(size, bucket.tokens + ((now() - bucket.filledAt) / 1000) * perSecond);
      bucket.filledAt = now();
      if (bucket.tokens < 1) {
        refused += 1;
        return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
      }
      bucket.tokens -= 1;
      return 0;
    },
  };
};
