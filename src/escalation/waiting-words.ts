import type { Clock } from '#core/clock.ts';
import { type OpeningHours, opensAt } from '#core/opening-hours.ts';
import type { Say } from '#core/sentences.ts';
import type { Received } from '#core/turn.ts';
import type { Store } from '#store/open.ts';
import { readWaits } from '#store/waits.ts';

export interface WaitingWordsParts {
  readonly store: Store;
  readonly say: Say;
  readonly clock: Clock;
  readonly hours: OpeningHours;
}

const minuteMs = 60_000;
/** Above this nobody counts minutes any more. */
const minutesMax = 90;

/** A promise is rounded so that it is kept: up to five minutes, each minute; then up to the next five. */
const toMinutes = (ms: number): number => {
  const minutes = Math.max(1, Math.ceil(ms / minuteMs));
  return minutes <= 5 ? minutes : Math.ceil(minutes / 5) * 5;
};

/**
 * What somebody who waits for a person is told of how long: from how long others waited, how many are before them, and when the desk
 * is open. Nothing where nothing is known: a guess would be a promise.
 */
export const createWaitingWords =
  ({ store, say, clock, hours }: WaitingWordsParts) =>
  async (turn: Pick<Received, 'owner' | 'language' | 'channel' | 'sender'>): Promise<string> => {
    const opens = opensAt(clock.now(), hours);
    if (opens) {
      const zone = turn.sender.timezone ?? hours.zone;
      const when = opens.toLocaleString(turn.language, {
        timeZone: zone,
        weekday: 'long',
        day: 'numeric',
        month: 'long',
        hour: '2-digit',
        minute: '2-digit',
        timeZoneName: 'short',
      });
      return say(turn, 'waitClosed', { when });
    }
    const { waiting, usualMs } = await readWaits(store, turn.owner.conversation);
    const minutes = usualMs === null ? null : toMinutes(usualMs);
    return [
      waiting > 0 ? say(turn, 'waitPosition', { count: String(waiting) }) : '',
      minutes !== null && minutes <= minutesMax ? say(turn, 'waitUsual', { minutes: String(minutes) }) : '',
    ]
      .filter(Boolean)
      .join(' ');
  };
