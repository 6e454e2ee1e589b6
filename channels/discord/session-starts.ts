import { setTimeout as wait } from 'node:timers/promises';
import { SimpleIdentifyThrottler, type WebSocketOptions } from 'discord.js';

type BuildThrottler = NonNullable<WebSocketOptions['buildIdentifyThrottler']>;

/** At none left the platform resets the token. What is kept is for whoever mends the reason: many processes, or one that crashes. */
const reserve = 50;
const lookAgainMs = 60_000;
const askAgainMs = 5000;

/**
 * Asks the platform before every IDENTIFY how many it has left for this bot today, over all processes and restarts. Below a reserve
 * none is sent until there are more; `onHeld` is told why.
 */
export const createSessionStarts =
  (onHeld: (problem: string) => void): BuildThrottler =>
  async (manager) => {
    const { max_concurrency: concurrency } = (await manager.fetchGatewayInformation()).session_start_limit;
    const pace = new SimpleIdentifyThrottler(concurrency);

    /** Milliseconds until it is worth to ask again, 0 where one may start. Never throws: the SDK would identify all the same. */
    async function heldForMs(): Promise<number> {
      try {
        const { session_start_limit: limit } = await manager.fetchGatewayInformation(true);
        if (limit.remaining > reserve) return 0;
        const until = new Date(Date.now() + limit.reset_after).toISOString();
        onHeld(`only ${limit.remaining} of ${limit.total} session starts are left: the next is at ${until}`);
        return Math.min(limit.reset_after, lookAgainMs);
      } catch {
        return askAgainMs;
      }
    }

    return {
      async waitForIdentify(shard, signal) {
        for (;;) {
          const ms = await heldForMs();
          if (ms === 0) return pace.waitForIdentify(shard, signal);
          await wait(ms, undefined, { signal });
        }
      },
    };
  };
