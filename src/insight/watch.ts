import type { Logger } from 'pino';

import { nameOf } from '#core/errors.ts';

export interface WatchParts {
  readonly problems: () => Promise<readonly string[]>;
  readonly logger: Logger;
  /** Tells people, once over all processes; false when that failed, and is to be tried again. */
  readonly tell: (news: News) => Promise<boolean>;
  readonly everyMs: number;
}

export interface News {
  readonly broken: readonly string[];
  readonly mended: readonly string[];
}

/** What is broken in only one look may be a connection that was just made anew. */
const looksUntilTold = 2;

/**
 * Looks every so often whether something is broken. Whoever runs Firstline reads it in the log at once; whoever works with it is
 * told when it lasts, and told again when it is over. Returns what ends it.
 */
export const startWatch = ({ problems, logger, tell, everyMs }: WatchParts): (() => Promise<void>) => {
  /** How often each was seen in a row. */
  const seen = new Map<string, number>();
  const told = new Set<string>();

  const look = async (): Promise<void> => {
    const now = await problems();
    for (const problem of now) {
      if (!seen.has(problem)) logger.error({ problem }, 'something is broken');
      seen.set(problem, (seen.get(problem) ?? 0) + 1);
    }
    for (const problem of seen.keys())
      if (!now.includes(problem)) {
        seen.delete(problem);
        logger.info({ problem }, 'something is mended');
      }
    const broken = now.filter((problem) => !told.has(problem) && (seen.get(problem) ?? 0) >= looksUntilTold);
    const mended = [...told].filter((problem) => !now.includes(problem));
    if (broken.length + mended.length === 0 || !(await tell({ broken, mended }))) return;
    for (const problem of broken) told.add(problem);
    for (const problem of mended) told.delete(problem);
  };

  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    running ??= look()
      .catch((error: unknown) => logger.warn({ error: nameOf(error) }, 'the watch failed'))
      .finally(() => (running = null));
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
};
