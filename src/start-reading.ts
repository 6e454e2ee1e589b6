import type { Logger } from 'pino';

import { nameOf } from '#core/errors.ts';
import { claimReading } from '#store/knowledge.ts';
import type { Store } from '#store/open.ts';

export interface ReadingParts {
  readonly store: Store;
  readonly logger: Logger;
  /** 0 never reads by itself. */
  readonly everyMinutes: number;
  readonly read: () => Promise<unknown>;
}

const lookMs = 60_000;

/** Reads the sources anew every so often; of several processes, one does. Resolves, once stopped, when what runs has ended. */
export const startReading = ({ store, logger, everyMinutes, read }: ReadingParts): (() => Promise<void>) => {
  if (everyMinutes === 0) return async () => undefined;
  let running: Promise<unknown> = Promise.resolve();
  let isRunning = false;
  const look = async (): Promise<void> => {
    if (isRunning || !(await claimReading(store, everyMinutes))) return;
    isRunning = true;
    await read().finally(() => (isRunning = false));
  };
  const timer = setInterval(() => {
    running = look().catch((error: unknown) => logger.warn({ error: nameOf(error) }, 'the sources could not be read'));
  }, lookMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
};
