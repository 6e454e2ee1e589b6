import type { Clock } from '#core/clock.ts';

export interface LiveMessageParts {
  readonly clock: Clock;
  /** Least time between two writes. */
  readonly intervalMs: number;
  /** Shows the text, by a first post or by an edit. What it throws is kept from the reader: the next write carries everything. */
  readonly write: (text: string) => Promise<void>;
}

export interface LiveMessage {
  show(text: string): void;
  /** Resolves when no write is in flight and none will start. */
  end(): Promise<void>;
}

/**
 * One message that grows before the reader's eyes: a single write in flight, the latest text wins, nothing is queued.
 * The final text is not its business: that goes out through the outbox once `end` has resolved, so no older edit can land after it.
 */
export const createLiveMessage = ({ clock, intervalMs, write }: LiveMessageParts): LiveMessage => {
  const ended = new AbortController();
  let wanted = '';
  let shown = '';
  let running: Promise<void> | null = null;

  const run = async (): Promise<void> => {
    while (!ended.signal.aborted && wanted !== shown) {
      const text = wanted;
      await write(text).catch(() => undefined);
      shown = text;
      await clock.wait(intervalMs, ended.signal);
    }
    running = null;
  };

  return {
    show: (text) => {
      wanted = text;
      if (!running && !ended.signal.aborted && wanted !== shown) running = run();
    },
    end: async () => {
      ended.abort();
      await running;
    },
  };
};
