import { randomBytes, randomUUID } from 'node:crypto';

import { vi } from 'vitest';

import { createCommitTurn } from '#conversation/commit-turn.ts';
import { createInbox } from '#conversation/inbox.ts';
import { createStops } from '#conversation/stops.ts';
import type { InboundMessage, ThreadKey } from '#core/channel.ts';
import { given } from '#core/given.ts';
import { Halt } from '#core/stage.ts';
import type { Outgoing, Received, TurnEnd } from '#core/turn.ts';
import { replyKey } from '#delivery/deliver.ts';
import { createVault } from '#privacy/vault.ts';
import { openLanes } from '#store/lanes.ts';
import type { Store, Transaction } from '#store/open.ts';
import { holdGrowing } from '#store/outbox.ts';

import {
  channel,
  checkLane,
  createModelLane,
  createModelTurns,
  type Fate,
  type ModelLane,
  type Pace,
  threadIndex,
  type Visit,
  type Worker,
} from './lane-model.ts';
import { openTestDatabase, openTestStore } from './test-database.ts';
import { until } from './until.ts';

export interface LaneWorld extends AsyncDisposable {
  /** Only one process has the embedded database, and its start takes over whatever is held: one worker at a time there. */
  readonly workersMax: number;
  /** Begins with conversations that nobody has written in. */
  begin(conversations: number): void;
  arrive(conversation: number, pace: Pace, fate: Fate): Promise<void>;
  /** The next worker that is about to release the lane is met by an event. */
  meetAtEnd(conversation: number): void;
  /** Ends the wait of the worker that has been longest, or shortest, in a slow turn. */
  letGo(conversation: number, which: 'oldest' | 'newest'): void;
  closeOpen(): Promise<void>;
  /** Another worker in the place of this one, which ends its work before, or is cut short and goes on as a stale one. */
  replace(worker: number, manner: 'in peace' | 'at once'): Promise<void>;
  /** So much that every retry is due, and whoever looks from time to time looks. */
  passTime(): Promise<void>;
  /** Resolves when nothing more can happen by itself, without any time passing. */
  rest(): Promise<void>;
  /** Lets everything end, and throws where the database is not as it must be. */
  settle(): Promise<void>;
  /** After a failure: new workers, which nobody holds up. */
  recover(): Promise<void>;
}

const patienceMs = 3000;
const backstopMs = 1000;
const organization = 'acme';

class RolledBack extends Error {}
class Trouble extends Error {}

/** The real inbox, turns and lanes on a real database, with a model of what must come of it. The clock of the lanes stands still. */
export const openLaneWorld = async (): Promise<LaneWorld> => {
  const database = await openTestDatabase();
  const store = await openTestStore(database);
  // An event must not wait for a connection that a worker has, who waits for the event.
  const receiving = store.embedded ? store : await openTestStore(database);
  const vault = createVault(randomBytes(32));
  const settings = { slots: store.embedded ? 2 : 1, heartbeatSeconds: 10, ...given({ directUrl: database.url }) };
  const workersMax = store.embedded ? 1 : 2;
  const waker = await openLanes(receiving, settings, () => undefined);
  const workers: Worker[] = [];
  const byIndex = new Map<string, ModelLane>();
  const paces = new Map<string, Pace>();
  const watchers = new Set<() => void>();
  let lanes: ModelLane[] = [];
  let broken: string | undefined;
  let isCalm = false;
  let open: { readonly lane: ModelLane; readonly commit: () => void; readonly done: Promise<void> } | null = null;

  const moved = (): void => {
    for (const look of watchers) look();
  };
  const breaks = (why: string): void => {
    broken ??= why;
    moved();
  };
  const laneAt = (index: number): ModelLane => lanes[index % lanes.length]!;
  const shown = (): string =>
    lanes
      .map((lane) => `undone ${lane.undone}, inside ${lane.visits.size}${lane.isPutOff ? ', put off' : ''}`)
      .join('\n');
  const waitFor = async (isReached: () => boolean): Promise<void> => {
    const watch = (look: () => void): (() => void) => {
      watchers.add(look);
      return () => watchers.delete(look);
    };
    await until(() => broken !== undefined || isReached() || undefined, watch, shown, patienceMs);
    if (broken !== undefined) throw new Error(broken);
  };

  // Arriving.

  const receiver = (transaction: Store['transaction']) => {
    const parts = {
      vault,
      lanes: waker,
      keptLengthMax: 100,
      toCaseAction: () => null,
      count: () => undefined,
      stops: createStops({ wasAsked: async () => false, lookMs: 60_000 }),
      onFeedback: () => undefined,
    };
    return createInbox({ ...parts, store: { ...receiving, transaction } })(channel);
  };
  const before =
    (commit: () => Promise<void>): Store['transaction'] =>
    (work) =>
      receiving.transaction(async (transaction: Transaction) => {
        const made = await work(transaction);
        await commit();
        return made;
      });
  const toEvent = (lane: ModelLane, text: string): InboundMessage => ({
    kind: 'message',
    channel,
    id: text,
    thread: lane.thread as ThreadKey,
    sender: { id: lane.thread, organization, displayName: 'Cleo' },
    text,
    setting: 'direct',
    addressed: true,
    // The order of arrival decides.
    sentAt: new Date(0),
  });

  const closeOpen = async (): Promise<void> => {
    open?.commit();
    await open?.done;
    open = null;
  };
  const commitsIn = async (lane: ModelLane, text: string, receive: ReturnType<typeof receiver>): Promise<void> => {
    lane.arrived.add(text);
    await receive(toEvent(lane, text));
    lane.undone += 1;
    moved();
  };
  const arriveIn = async (lane: ModelLane, pace: Pace, fate: Fate): Promise<void> => {
    const text = randomUUID();
    paces.set(text, pace);
    if (fate === 'commits') return commitsIn(lane, text, receiver(receiving.transaction));
    if (fate === 'is rolled back') {
      const rollBack = before(() => Promise.reject(new RolledBack()));
      return receiver(rollBack)(toEvent(lane, text)).catch((error: unknown) => {
        if (!(error instanceof RolledBack)) throw error;
      });
    }
    const written = Promise.withResolvers<void>();
    const commit = Promise.withResolvers<void>();
    const holdOpen = before(() => {
      written.resolve();
      return commit.promise;
    });
    open = { lane, commit: commit.resolve, done: commitsIn(lane, text, receiver(holdOpen)) };
    await written.promise;
  };

  // Working.

  const modelOf = async (conversation: string): Promise<ModelLane> => {
    const [row] = await store.query<{ thread_index: string }>(`select thread_index from conversation where id = $1`, [
      conversation,
    ]);
    const lane = byIndex.get(row?.thread_index ?? '');
    if (!lane) throw new Error('A worker was woken for what was not committed.');
    return lane;
  };
  const isOvertaken = (lane: ModelLane, fence: number): boolean => [...lane.fences].some((taken) => taken > fence);

  const takePace = async (turn: Received, visit: Visit): Promise<void> => {
    const found = isCalm || visit.worker.isHurried ? [] : turn.text.split('\n\n');
    const troubling = found.filter((text) => paces.get(text) === 'throws once');
    for (const text of troubling) paces.set(text, 'quick');
    if (troubling.length > 0) throw new Trouble();
    if (!found.some((text) => paces.get(text) === 'slow')) return;
    const gate = Promise.withResolvers<void>();
    visit.letGo = gate.resolve;
    moved();
    await gate.promise;
    visit.letGo = null;
  };
  const growing = (turn: Received) => ({
    ...turn.owner,
    key: replyKey(turn.turn.id),
    channel,
    thread: turn.sealer.seal(turn.thread, 'thread'),
    body: turn.sealer.seal('', 'outbox'),
  });
  const answer = async (lane: ModelLane, turn: Received, visit: Visit): Promise<Halt> => {
    if (lane.fences.has(turn.fence)) breaks('Two workers hold a conversation under one fence.');
    lane.fences.add(turn.fence);
    if (turn.text.split('\n\n').some((text) => !lane.arrived.has(text))) breaks('An event was seen that never was.');
    await takePace(turn, visit);
    const isStale = isOvertaken(lane, turn.fence);
    const held = await holdGrowing(store, growing(turn), turn.fence, Math.max(...turn.positions));
    if (isStale && held) breaks('A stale worker may show its words.');
    return new Halt('answered');
  };

  const toParts = (outgoing: Outgoing) => [outgoing];
  const commit = createCommitTurn({ store, lanes: waker, toParts, findAsked: () => [], costOf: () => 0 });
  const commitTurn = async (lane: ModelLane, end: TurnEnd): Promise<void> => {
    const isStale = isOvertaken(lane, end.fence);
    await commit(end);
    if (isStale) breaks('A stale worker ended a turn.');
    lane.finished.push(end);
    lane.undone -= end.positions.length;
    moved();
  };
  const runTurns = (lane: ModelLane, visit: Visit) =>
    createModelTurns(
      store,
      vault,
      (turn) => answer(lane, turn, visit),
      (end) => commitTurn(lane, end),
    );

  const work = async (worker: Worker, conversation: string, signal: AbortSignal): Promise<void> => {
    if (worker.isStopped) breaks('A worker that was stopped began anew.');
    const lane = await modelOf(conversation).catch((error: Error) => breaks(error.message));
    if (!lane) return;
    if ([...lane.visits].some((other) => !other.worker.isStopping)) breaks('Two workers are in one conversation.');
    if (worker.isStopping) lane.isPutOff = true;
    const visit: Visit = { worker, signal, letGo: null };
    lane.visits.add(visit);
    try {
      await runTurns(lane, visit)(conversation, signal);
      await lane.meets.shift()?.();
    } catch (error) {
      if (!worker.isStopping) lane.isPutOff = true;
      throw error;
    } finally {
      lane.visits.delete(visit);
      moved();
    }
  };

  // Workers.

  const startWorker = async (): Promise<Worker> => {
    const opened = await openLanes(store, settings, () => undefined);
    const worker: Worker = { lanes: opened, isStopping: false, isStopped: false, isHurried: false };
    await opened.start({
      turns: (conversation, signal) => work(worker, conversation, signal),
      outbox: async () => undefined,
    });
    return worker;
  };
  const visitsOf = (worker: Worker): { lane: ModelLane; visit: Visit }[] =>
    lanes.flatMap((lane) =>
      [...lane.visits].filter((visit) => visit.worker === worker).map((visit) => ({ lane, visit })),
    );
  const stopInPeace = async (worker: Worker): Promise<void> => {
    worker.isHurried = true;
    await closeOpen();
    for (const { visit } of visitsOf(worker)) visit.letGo?.();
    await worker.lanes.stop(patienceMs);
    if (visitsOf(worker).length > 0) breaks('A worker did not wait for its work to end.');
    worker.isStopping = true;
  };
  const stopAtOnce = async (worker: Worker): Promise<void> => {
    worker.isStopping = true;
    for (const { lane } of visitsOf(worker)) lane.isPutOff = true;
    await worker.lanes.stop(0);
    if (visitsOf(worker).some(({ visit }) => !visit.signal.aborted)) breaks('Work that was handed back was not told.');
  };
  const replace = async (index: number, manner: 'in peace' | 'at once'): Promise<void> => {
    const worker = workers[index % workersMax]!;
    await (manner === 'in peace' ? stopInPeace : stopAtOnce)(worker);
    worker.isStopped = true;
    workers[index % workersMax] = await startWorker();
  };

  const passTime = async (): Promise<void> => {
    const due = await store.query<{ thread_index: string }>(
      `with due as (update pgboss.job set start_after = now() where name = 'turns' and state = 'retry' returning singleton_key)
       select thread_index from due join conversation on id::text = singleton_key`,
    );
    for (const row of due) byIndex.get(row.thread_index)!.isPutOff = false;
    if (due.length > 0) vi.advanceTimersByTime(backstopMs);
  };

  // Ending.

  const isAtRest = (): boolean => {
    const busy = lanes.flatMap((lane) => [...lane.visits].filter((visit) => !visit.worker.isStopping));
    const hasFree = busy.length < workersMax * settings.slots;
    return lanes.every((lane) => {
      if (lane === open?.lane) return true;
      const visits = [...lane.visits];
      const isHeld = visits.some((visit) => !visit.worker.isStopping);
      return visits.every((visit) => visit.letGo) && (lane.undone <= 0 || lane.isPutOff || isHeld || !hasFree);
    });
  };
  const rest = (): Promise<void> => waitFor(isAtRest);

  const isDone = (): boolean => lanes.every((lane) => lane.undone === 0 && lane.visits.size === 0);
  const calmDown = async (): Promise<void> => {
    isCalm = true;
    await closeOpen();
    for (const lane of lanes) {
      lane.meets.length = 0;
      for (const visit of lane.visits) visit.letGo?.();
    }
  };
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  for (let count = 0; count < workersMax; count += 1) workers.push(await startWorker());

  return {
    workersMax,
    begin: (conversations) => {
      isCalm = false;
      broken = undefined;
      lanes = Array.from({ length: conversations }, () => {
        const lane = createModelLane();
        byIndex.set(threadIndex(vault, lane), lane);
        return lane;
      });
    },
    arrive: async (conversation, pace, fate) => {
      const lane = laneAt(conversation);
      // The rows of a conversation are written by one transaction after another.
      if (open && (open.lane === lane || fate === 'stays open')) await closeOpen();
      await arriveIn(lane, pace, fate);
    },
    meetAtEnd: (conversation) => {
      const lane = laneAt(conversation);
      lane.meets.push(() => arriveIn(lane, 'quick', 'commits'));
    },
    letGo: (conversation, which) => {
      const held = [...laneAt(conversation).visits].filter((visit) => visit.letGo);
      held.at(which === 'oldest' ? 0 : -1)?.letGo?.();
    },
    closeOpen,
    replace,
    passTime,
    rest,
    settle: async () => {
      await calmDown();
      await rest();
      const end = Date.now() + patienceMs;
      while (!isDone() && Date.now() < end) await passTime();
      await waitFor(isDone);
      for (const lane of lanes) await checkLane(store, vault, lane);
    },
    recover: async () => {
      await calmDown();
      for (const index of workers.keys()) await replace(index, 'at once');
    },
    [Symbol.asyncDispose]: async () => {
      for (const worker of [...workers, { lanes: waker }]) await worker.lanes.stop(0);
      vi.useRealTimers();
      if (receiving !== store) await receiving.close();
      await store.close();
      await database[Symbol.asyncDispose]();
    },
  };
};
