import type { Logger } from 'pino';

import { nameOf } from '#core/errors.ts';

import { conversationsWaiting } from '#store/inbox.ts';
import type { Lane } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';
import { conversationsUnsent } from '#store/outbox.ts';
import { dropQuoted } from '#store/recalled.ts';
import { dropSharedFiles } from '#store/shared-files.ts';

export interface SweepParts {
  readonly store: Store;
  readonly logger: Logger;
  readonly everyMs: number;
  /** How long it is kept what a model was shown. */
  readonly quotedMs: number;
  /** How long files that people share are kept. */
  readonly sharedFileMs: number;
  /** Reminds agents of cases that wait too long. */
  readonly nudge: () => Promise<void>;
  readonly wake: (lane: Lane, conversation: string) => Promise<void>;
}

/**
 * Wakes every conversation that waits although nothing wakes it: its wake-up was lost, or its timer died with its process. And
 * drops what is kept for a short while only.
 */
export const startSweep = ({
  store,
  logger,
  everyMs,
  quotedMs,
  sharedFileMs,
  nudge,
  wake,
}: SweepParts): (() => void) => {
  const sweep = async (): Promise<void> => {
    for (const [lane, found] of [
      ['turns', await conversationsWaiting(store, everyMs)],
      ['outbox', await conversationsUnsent(store)],
    ] as const)
      for (const conversation of found) await wake(lane, conversation);
    await dropQuoted(store, quotedMs);
    await dropSharedFiles(store, sharedFileMs);
    await nudge();
  };
  const timer = setInterval(
    () => void sweep().catch((error: unknown) => logger.warn({ error: nameOf(error) }, 'the sweep failed')),
    everyMs,
  );
  return () => clearInterval(timer);
};
