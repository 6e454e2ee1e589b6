import { randomUUID } from 'node:crypto';

import { pino } from 'pino';

import { createStops } from '#conversation/stops.ts';
import { systemClock } from '#core/clock.ts';
import type { Vault } from '#core/sealed.ts';
import type { Halt, Pipeline } from '#core/stage.ts';
import type { Received, Summarized, TurnEnd } from '#core/turn.ts';
import type { Lanes } from '#store/lanes.ts';
import type { Store } from '#store/open.ts';

import { createRunTurns } from '../../src/run-turns.ts';

export type Pace = 'quick' | 'slow' | 'throws once';
export type Fate = 'commits' | 'is rolled back' | 'stays open';

export interface Worker {
  readonly lanes: Lanes;
  /** Told to stop: whatever it is still inside may be given to another at any time. */
  isStopping: boolean;
  /** Stopped: it may begin nothing more. */
  isStopped: boolean;
  isHurried: boolean;
}

/** A worker inside a conversation. */
export interface Visit {
  readonly worker: Worker;
  readonly signal: AbortSignal;
  /** Opens the gate that a slow turn waits at. */
  letGo: (() => void) | null;
}

/** What the model knows of one conversation. */
export interface ModelLane {
  readonly thread: string;
  /** Events that were committed, or are about to be. */
  readonly arrived: Set<string>;
  readonly visits: Set<Visit>;
  readonly fences: Set<number>;
  readonly finished: TurnEnd[];
  /** What arrives between the last look of a worker and its release of the lane. */
  readonly meets: (() => Promise<void>)[];
  /** Committed and not done. */
  undone: number;
  /** Its wake-up waits for its time, as after an error or a stop. */
  isPutOff: boolean;
}

export const channel = 'web';

export const createModelLane = (): ModelLane => ({
  thread: randomUUID(),
  arrived: new Set(),
  visits: new Set(),
  fences: new Set(),
  finished: [],
  meets: [],
  undone: 0,
  isPutOff: false,
});

export const threadIndex = (vault: Vault, { thread }: ModelLane): string =>
  vault.index('thread', `${channel}:${thread}`);

/** Throws where what is stored does not fit what the model saw. */
export const checkLane = async (store: Store, vault: Vault, lane: ModelLane): Promise<void> => {
  const rows = await store.query<{ position: number | string; turn: string | null; is_done: boolean }>(
    `select i.position, i.turn, i.done_at is not null as is_done from inbox i join conversation c on c.id = i.conversation
     where c.thread_index = $1 order by i.position`,
    [threadIndex(vault, lane)],
  );
  const inOrder = lane.finished.toSorted((a, b) => a.fence - b.fence);
  const taken = inOrder.flatMap((end) => end.positions.map((position) => `${position} by ${end.turn.id}`));
  const stored = rows.map((row) => `${row.position} by ${row.turn}`);
  if (rows.length !== lane.arrived.size) throw new Error('What is stored is not what was committed.');
  if (rows.some((row) => !row.is_done)) throw new Error('An event was left undone.');
  if (taken.join() !== stored.join())
    throw new Error(`Not each event was taken once and in order: ${taken.join()} instead of ${stored.join()}`);
};

const unused = (): never => {
  throw new Error('Nothing here needs this.');
};

/** The turns of the app, whose answer and end are the model's. */
export const createModelTurns = (
  store: Store,
  vault: Vault,
  answer: (turn: Received) => Promise<Halt>,
  commit: (end: TurnEnd) => Promise<void>,
) =>
  createRunTurns({
    acquaint: { withPerson: async (row) => row, withSpeaker: async (event) => event },
    store,
    vault,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    pipeline: { run: answer } as unknown as Pipeline<Received, Summarized>,
    desk: unused,
    commit,
    exchange: (async (_turn, text) => ({ text })) as Parameters<typeof createRunTurns>[0]['exchange'],
    draft: unused,
    trace: () => ({ observe: (_stage, work) => work(), end: () => undefined }),
    count: () => undefined,
    eventsPerTurnMax: 2,
    attemptsMax: Infinity,
    retryDelayMs: 0,
    interruptsMax: 0,
    tellUndelivered: unused,
    say: () => '',
    toLanguage: () => 'en',
    stops: createStops({ wasAsked: async () => false, lookMs: 60_000 }),
    hasQuietHours: () => false,
    unsay: unused,
    introduce: (_turn, text) => text,
    suggest: async () => null,
    onRated: () => undefined,
    humanAction: () => [],
  });
