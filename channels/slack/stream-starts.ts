import { ChannelError } from '#core/errors.ts';

/**
 * chat.startStream and chat.stopStream: 20 a minute each over the workspace. What starts is also stopped, so that a burst and a
 * minute's refill stay below that; answers beyond it are posted and edited.
 */
const size = 5;
const refillPerMinute = 12;
/** How long it is not tried again where the platform has no streams. */
const refusedMs = 3_600_000;

/** Said of a workspace: it has no streams, or none with tasks, by which an interrupted one is found again. */
const workspaceCodes = new Set([
  'feature_not_enabled',
  'invalid_chunks',
  'method_deprecated',
  'missing_scope',
  'not_allowed_token_type',
  'team_not_found',
  'unknown_method',
]);
/** Said of a thread in which nothing else could be posted either. */
const unpostable = new Set(['thread_not_found', 'restricted_action']);

/** Where and how often streams may be started. */
export interface Starts {
  take(team: string, room: string): boolean;
  /** Notes why a start was refused; false where a post would be refused too, or nobody knows whether it was started. */
  refused(team: string, room: string, error: unknown): boolean;
}

export const createStarts = (now: () => number): Starts => {
  const buckets = new Map<string, { tokens: number; filledAt: number }>();
  const closedUntil = new Map<string, number>();
  const isClosed = (place: string) => (closedUntil.get(place) ?? 0) > now();

  return {
    take(team, room) {
      if (isClosed(team) || isClosed(`${team} ${room}`)) return false;
      const bucket = buckets.get(team) ?? { tokens: size, filledAt: now() };
      buckets.set(team, bucket);
      bucket.tokens = Math.min(size, bucket.tokens + ((now() - bucket.filledAt) * refillPerMinute) / 60_000);
      bucket.filledAt = now();
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
    refused(team, room, error) {
      if (!(error instanceof ChannelError)) return false;
      if (error.reason === 'rate_limited') {
        closedUntil.set(team, now() + (error.retryAfterMs ?? 60_000));
        return true;
      }
      if (error.reason !== 'refused' || unpostable.has(error.code)) return false;
      closedUntil.set(workspaceCodes.has(error.code) ? team : `${team} ${room}`, now() + refusedMs);
      return true;
    },
  };
};
