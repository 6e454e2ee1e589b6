import { fromPglite, PgBoss } from 'pg-boss';

import type { Store, Transaction } from './open.ts';

/** `turns` drains a conversation's inbox, `outbox` its unsent messages. A job only says that there is work. */
export type Lane = 'turns' | 'outbox';

export interface LaneSettings {
  /** How many conversations one process works on at once. */
  readonly slots: number;
  /** A worker silent for this long is taken for dead, and its conversation is handed to another. */
  readonly heartbeatSeconds: number;
  readonly directUrl?: string;
}

export type Work = (conversation: string, signal: AbortSignal) => Promise<void>;

export interface Lanes {
  /** Wakes the conversation's lane when the transaction commits. */
  wake(transaction: Transaction, lane: Lane, conversation: string, startAfter?: Date): Promise<void>;
  start(work: Readonly<Record<Lane, Work>>): Promise<void>;
  /** Lets running work end within the bound, then leaves the rest to another process. */
  stop(timeoutMs: number): Promise<void>;
}

const lanes: readonly Lane[] = ['turns', 'outbox'];
/** Retries of the wake-up itself: work that failed for good is marked in its own table, so this only bounds a broken handler. */
const retriesMax = 20;

const toDatabase = (transaction: Transaction) => ({
  executeSql: async (text: string, values: unknown[] = []) => ({ rows: await transaction.query<never>(text, values) }),
});

class WorkFailed extends Error {
  override readonly name = 'WorkFailed';
}

/**
 * One job at a time per conversation over any number of processes: a `stately` queue keyed by conversation holds at most
 * one waiting and one running job, and order and content stay in our own tables.
 */
export const openLanes = async (
  store: Store,
  settings: LaneSettings,
  onError: (error: Error) => void,
): Promise<Lanes> => {
  const shared = { useListenNotify: true, monitorIntervalSeconds: 2, superviseIntervalSeconds: 2 };
  const boss = store.embedded
    ? new PgBoss({ ...shared, backend: 'pglite', db: fromPglite(store.embedded) })
    : new PgBoss({ ...shared, connectionString: settings.directUrl ?? '', max: settings.slots + 2 });
  boss.on('error', onError);
  await boss.start();
  for (const lane of lanes)
    await boss.createQueue(lane, {
      policy: 'stately',
      notify: true,
      retryLimit: retriesMax,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
      heartbeatSeconds: settings.heartbeatSeconds,
      expireInSeconds: 900,
      deleteAfterSeconds: 3600,
    });

  const serve = async (lane: Lane, work: Work): Promise<void> => {
    let id = '';
    id = await boss.work(
      lane,
      {
        batchSize: 1,
        pollingIntervalSeconds: 0.5,
        notifyPollingIntervalSeconds: 2,
        includeMetadata: true,
        heartbeatRefreshSeconds: settings.heartbeatSeconds / 3,
      },
      async ([job]) => {
        try {
          if (job?.singletonKey) await work(job.singletonKey, job.signal);
        } catch (error) {
          onError(error instanceof Error ? error : new Error('unknown'));
          // The queue writes down what is thrown, and an error's words may be a person's: only its name may get there.
          throw new WorkFailed(error instanceof Error ? error.name : 'unknown');
        } finally {
          // A freed key wakes nobody by itself.
          boss.notifyWorker(id);
        }
      },
    );
  };

  return {
    wake: async (transaction, lane, conversation, startAfter) => {
      await boss.send(lane, null, {
        singletonKey: conversation,
        db: toDatabase(transaction),
        ...(startAfter ? { startAfter } : {}),
      });
    },
    start: async (work) => {
      for (const lane of lanes)
        await Promise.all(Array.from({ length: settings.slots }, () => serve(lane, work[lane])));
    },
    stop: (timeoutMs) => boss.stop({ graceful: true, timeout: timeoutMs }),
  };
};
