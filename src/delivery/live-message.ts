import type { Clock } from '#core/clock.ts';
import { ChannelError, Interrupted, LaneLost } from '#core/errors.ts';

export interface Pace {
  /** Least time between two writes. */
  readonly intervalMs: number;
  /** Longest time between two writes while the platform or the budget says to slow down. */
  readonly intervalMaxMs: number;
  /** Fewer new characters than this wait for more, but no longer than `patienceMs`. */
  readonly growthMin: number;
  readonly patienceMs: number;
}

export interface LiveMessageParts {
  readonly clock: Clock;
  readonly pace: Pace;
  /** Shows the text, by a first post or by an edit. */
  readonly write: (text: string) => Promise<void>;
}

export interface LiveMessage {
  show(text: string): void;
  /** Why the turn must not go on: another worker has it, or the person wrote more. */
  readonly stopped: LaneLost | Interrupted | null;
  /** Resolves when no write is in flight and none will start. */
  end(): Promise<void>;
}

/** Writes that fail one after another before growing is given up: the whole text comes by its end anyway. */
const failuresMax = 5;
/** How soon a budget is asked again at the earliest. */
const soonestMs = 100;
/** Slower by a quarter when the budget is used up, by half when the platform says so, faster by a tenth when all goes well. */
const slower = { budget: 1.25, platform: 2, well: 0.9 };

/**
 * One message that grows before the reader's eyes: a single write in flight, the latest text wins, nothing is queued.
 * The final text is not its business: that goes out through the outbox once `end` has resolved, so no older edit can land after it.
 */
export const createLiveMessage = ({ clock, pace, write }: LiveMessageParts): LiveMessage => {
  const ended = new AbortController();
  let wanted = '';
  let shown = '';
  let stopped: LaneLost | Interrupted | null = null;
  let running: Promise<void> | null = null;
  let factor = 1;
  let failures = 0;

  const interval = (): number => Math.min(pace.intervalMaxMs, pace.intervalMs * factor);

  /** Milliseconds until the next try. */
  const tryWrite = async (text: string): Promise<number> => {
    try {
      await write(text);
      shown = text;
      failures = 0;
      factor = Math.max(1, factor * slower.well);
      return interval();
    } catch (error) {
      if (error instanceof LaneLost || error instanceof Interrupted) {
        stopped = error;
        return Infinity;
      }
      const limited = error instanceof ChannelError && error.reason === 'rate_limited' ? error : null;
      if (!limited && (failures += 1) >= failuresMax) return Infinity;
      const isOurs = limited?.code === 'budget';
      // Who shows nothing yet keeps trying, and who waits for an earlier message is not to blame.
      if (limited?.code !== 'earlier_first' && (!isOurs || shown !== ''))
        factor *= isOurs ? slower.budget : slower.platform;
      // The pace is that of changes to what is seen: who shows nothing yet goes on as soon as the budget lets it.
      const paceMs = isOurs && shown === '' ? soonestMs : interval();
      const waitMs = Math.max(paceMs, limited?.retryAfterMs ?? 0);
      // Answers that began together must not go on trying together, or one gets through each time and the rest of the budget is lost.
      return isOurs ? waitMs * (0.5 + Math.random()) : waitMs;
    }
  };

  const run = async (): Promise<void> => {
    while (!ended.signal.aborted && wanted !== shown) {
      if (shown !== '' && wanted.length - shown.length < pace.growthMin)
        await clock.wait(pace.patienceMs, ended.signal);
      if (ended.signal.aborted) break;
      const waitMs = await tryWrite(wanted);
      if (waitMs === Infinity) {
        ended.abort();
        break;
      }
      await clock.wait(waitMs, ended.signal);
    }
    running = null;
  };

  return {
    show: (text) => {
      wanted = text;
      if (!running && !ended.signal.aborted && wanted !== shown) running = run();
    },
    get stopped() {
      return stopped;
    },
    end: async () => {
      ended.abort();
      await running;
    },
  };
};
