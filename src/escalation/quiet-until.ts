import type { Clock } from '#core/clock.ts';
import { type QuietHours, quietUntil, wallTime } from '#core/quiet-hours.ts';
import type { ConversationRef } from '#core/turn.ts';
import { heardWithin } from '#store/inbox.ts';
import type { Store } from '#store/open.ts';

export interface QuietUntilParts {
  readonly store: Store;
  readonly clock: Clock;
  /** By channel. */
  readonly hours: Readonly<Record<string, QuietHours>>;
  /** Who wrote so few milliseconds ago is awake. */
  readonly freshMs: number;
}

/** Until when somebody is not to be disturbed, and what the clocks show where they are, now and at its end. */
export interface Quiet {
  readonly until: Date;
  readonly now: string;
  readonly end: string;
}

export type QuietUntil = (of: {
  readonly owner: ConversationRef;
  readonly channel: string;
  readonly timezone: string | undefined;
}) => Promise<Quiet | null>;

/** Null for whom it is not late where they are, and for whoever has just written. */
export const createQuietUntil =
  ({ store, clock, hours, freshMs }: QuietUntilParts): QuietUntil =>
  async ({ owner, channel, timezone }) => {
    const kept = hours[channel];
    if (!kept) return null;
    const zone = timezone ?? kept.zone;
    const now = clock.now();
    const until = quietUntil(now, kept, zone);
    if (!until || (await heardWithin(store, { ...owner, channel }, freshMs))) return null;
    return { until, now: wallTime(now, zone), end: wallTime(until, zone) };
  };
