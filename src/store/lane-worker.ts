import { setTimeout as wait } from 'node:timers/promises';

import type { JobAttempt, PgBoss } from 'pg-boss';

import { nameOf } from '#core/errors.ts';

import type { Lane, Work } from './lanes.ts';

export interface LaneWorkerParts {
  readonly boss: PgBoss;
  readonly lane: Lane;
  readonly slots: number;
  readonly heartbeatMs: number;
  readonly work: Work;
  readonly onError: (error: Error) => void;
}

export interface LaneWorker {
  /** Something may be waiting. */
  notice(): void;
  /** Lets running work end within the bound; the rest is aborted and left to another process. */
  stop(timeoutMs: number): Promise<void>;
}

interface Running {
  readonly job: JobAttempt;
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

/** Jobs taken by one look; few different numbers make few different statements. */
const lookMax = 8;

export class WorkFailed extends Error {
  override readonly name = 'WorkFailed';
}

/** Runs `work` one at a time; however often it is asked for meanwhile, once more is enough. Resolves when none runs. */
const onceAtATime = (work: () => Promise<void>): (() => Promise<void>) => {
  let isRunning = false;
  let isAsked = false;
  let idle: Promise<void> = Promise.resolve();
  const run = async (): Promise<void> => {
    isRunning = true;
    for (; isAsked; await work()) isAsked = false;
    isRunning = false;
  };
  return () => {
    isAsked = true;
    if (!isRunning) idle = run();
    return idle;
  };
};

/** Hands on what was collected while the last batch was written. Resolves when the batch of the item is. */
const inBatches = <T>(write: (items: readonly T[]) => Promise<void>): ((item: T) => Promise<void>) => {
  let collected: T[] = [];
  let current: Promise<void> = Promise.resolve();
  let next: Promise<void> | null = null;
  return (item) => {
    collected.push(item);
    next ??= current.then(() => {
      const items = collected;
      collected = [];
      next = null;
      current = write(items);
      return current;
    });
    return next;
  };
};

/**
 * Works through one lane with so many slots: one look at the queue takes jobs for all that are free, and what ended meanwhile is
 * written down together. A worker of the queue's own for each slot would look once each whenever anything is woken.
 */
export const startLaneWorker = ({ boss, lane, slots, heartbeatMs, work, onError }: LaneWorkerParts): LaneWorker => {
  const running = new Map<string, Running>();
  let notices = 0;
  let isFull = false;
  let isStopping = false;

  const tell = (error: unknown): void => onError(error instanceof Error ? error : new Error('unknown'));
  const complete = inBatches((jobs: readonly JobAttempt[]) =>
    boss.complete(lane, [...jobs]).then(() => undefined, tell),
  );

  const run = async (job: JobAttempt, conversation: string, signal: AbortSignal, seen: number): Promise<void> => {
    try {
      await work(conversation, signal);
      await complete(job);
    } catch (error) {
      tell(error);
      // The queue keeps what it is given, and an error's words may be a person's: only its name may get there.
      await boss.fail(lane, job, new WorkFailed(nameOf(error))).catch(tell);
    }
    running.delete(job.id);
    // A conversation or a slot that becomes free wakes nobody by itself.
    if (isFull || notices > seen) void look();
  };

  const look = onceAtATime(async () => {
    const free = isStopping ? 0 : slots - running.size;
    isFull = free === 0;
    if (isFull) return;
    const seen = notices;
    const batchSize = Math.min(free, lookMax);
    const jobs = (await boss.fetch(lane, { batchSize, includeMetadata: true }).catch(tell)) ?? [];
    for (const { id, retryCount, singletonKey } of jobs) {
      const job = { id, retryCount };
      const ending = new AbortController();
      running.set(id, { job, ending, done: run(job, singletonKey ?? '', ending.signal, seen) });
    }
    // There may be more than one look takes.
    isFull = jobs.length === free;
    if (jobs.length === batchSize && !isFull) void look();
  });

  /** Says that we live; whatever is no longer ours must end. */
  const beat = async (): Promise<void> => {
    const held = [...running.values()];
    if (held.length === 0) return;
    const jobs = held.map((one) => one.job);
    const { settled } = (await boss.touch(lane, jobs)) as { readonly settled?: readonly string[] };
    for (const { job, ending } of held) if (settled && !settled.includes(job.id)) ending.abort();
  };
  const heart = setInterval(() => void beat().catch(tell), heartbeatMs);

  return {
    notice: () => {
      notices += 1;
      void look();
    },
    stop: async (timeoutMs) => {
      isStopping = true;
      // What a look takes after the end would be held by nobody who lives.
      await look();
      const inTime = new AbortController();
      await Promise.race([
        Promise.all([...running.values()].map((one) => one.done)),
        wait(timeoutMs, undefined, { signal: inTime.signal }).catch(() => undefined),
      ]);
      inTime.abort();
      clearInterval(heart);
      const late = [...running.values()];
      if (late.length === 0) return;
      await boss
        .fail(
          lane,
          late.map((one) => one.job),
          new WorkFailed('stopped'),
        )
        .catch(tell);
      for (const { ending } of late) ending.abort();
    },
  };
};
