import { fromPglite, type JobAttempt, PgBoss } from 'pg-boss';

import { given } from '#core/given.ts';

import { connectionClass } from './connection.ts';
import { type LaneWorker, startLaneWorker, WorkFailed } from './lane-worker.ts';
import { idleMs, type Store, type Transaction } from './open.ts';

/** `turns` drains a conversation's inbox, `outbox` its unsent messages. A job only says that there is work. */
export type Lane = 'turns' | 'outbox';

export interface LaneSettings {
  /** How many conversations one process works on at once. */
  readonly slots: number;
  /** A worker silent for this long is taken for dead, and its conversation is handed to another. */
  readonly heartbeatSeconds: number;
  readonly directUrl?: string;
  /** Milliseconds without an answer after which a connection to Postgres is given up. */
  readonly silenceMs?: number;
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

/** A retry that becomes due and a worker that died wake nobody; where wake-ups do not come through at all, this is the pace. */
const backstopMs = 1000;
const pollMs = 500;
/** Looks, settles and heartbeats of both lanes, and the queue's own upkeep. */
const connectionsMax = 6;

type Listening = Awaited<ReturnType<NonNullable<ReturnType<PgBoss['getDb']>['listen']>>>;

const toDatabase = (transaction: Transaction) => ({
  executeSql: async (text: string, values: unknown[] = []) => ({ rows: await transaction.query<never>(text, values) }),
});

/** Hears of every wake-up as it is committed; null where the connection cannot listen. */
const listen = async (
  boss: PgBoss,
  onWake: (lane: string) => void,
  onReconnect: () => void,
): Promise<Listening | null> => {
  const database = boss.getDb();
  // The queue notifies on a channel named after its schema.
  const { rows } = await database.executeSql(
    `select 'pgboss_' || left(encode(sha224('pgboss'::bytea), 'hex'), 24) as channel`,
  );
  return (await database.listen?.((rows[0] as { channel: string }).channel, onWake, onReconnect)) ?? null;
};

/**
 * One job at a time per conversation over any number of processes: a `stately` queue keyed by conversation holds at most
 * one waiting and one running job, and order and content stay in our own tables.
 */
export const openLanes = async (
  store: Store,
  settings: LaneSettings,
  onError: (error: Error) => void,
): Promise<Lanes> => {
  // The queue hands its settings on to its pool of connections.
  const connections = {
    Client: connectionClass(settings),
    idleTimeoutMillis: idleMs,
    max: connectionsMax,
    ...given({ connectionTimeoutMillis: settings.silenceMs }),
  };
  // Whoever takes over a dead worker's conversation waits for its heartbeat to run out, for these and for the next look.
  const shared = { monitorIntervalSeconds: 1, superviseIntervalSeconds: 1 };
  const boss = store.embedded
    ? new PgBoss({ ...shared, backend: 'pglite', db: fromPglite(store.embedded) })
    : new PgBoss({ ...shared, ...connections, connectionString: settings.directUrl ?? '' });
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

  /** The embedded database has one process at a time: whatever is held there at its start was held by one that died. */
  const takeOver = async (lane: Lane): Promise<void> => {
    const held = await store.query<JobAttempt>(
      `select id, retry_count as "retryCount" from pgboss.job where name = $1 and state = 'active'`,
      [lane],
    );
    if (held.length > 0) await boss.fail(lane, held, new WorkFailed('died'));
  };

  const workers = new Map<string, LaneWorker>();
  let listening: Listening | null = null;
  let polling: NodeJS.Timeout | undefined;
  const noticeAll = (): void => {
    for (const worker of workers.values()) worker.notice();
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
      const { slots, heartbeatSeconds } = settings;
      if (store.embedded) for (const lane of lanes) await takeOver(lane);
      for (const lane of lanes)
        workers.set(
          lane,
          startLaneWorker({ boss, lane, slots, heartbeatMs: (heartbeatSeconds * 1000) / 3, work: work[lane], onError }),
        );
      listening = await listen(boss, (lane) => workers.get(lane)?.notice(), noticeAll).catch(() => null);
      polling = setInterval(noticeAll, listening ? backstopMs : pollMs);
      noticeAll();
    },
    stop: async (timeoutMs) => {
      clearInterval(polling);
      await listening?.close();
      await Promise.all([...workers.values()].map((worker) => worker.stop(timeoutMs)));
      await boss.stop({ graceful: true, timeout: 1000 });
    },
  };
};
