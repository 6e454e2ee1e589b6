import { setImmediate as immediately } from 'node:timers/promises';

import fc from 'fast-check';
import type { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Fate, Pace } from '#test/support/lane-model.ts';
import { type LaneWorld, openLaneWorld } from '#test/support/lane-world.ts';

import { startLaneWorker } from './lane-worker.ts';

let world: LaneWorld;
beforeAll(async () => {
  world = await openLaneWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const conversations = 3;

type Command = (world: LaneWorld) => Promise<void> | void;

/** Told by its words in a counterexample. */
const command = (words: string, run: Command): Command => Object.assign(run, { [fc.toStringMethod]: () => words });

const conversation = fc.nat({ max: conversations - 1 });
const pace = fc.constantFrom<Pace>('quick', 'slow', 'throws once');
// On the one connection of the embedded database nothing happens while a transaction is open.
const fate = fc.constantFrom<Fate>(
  'commits',
  'is rolled back',
  ...(process.env['DATABASE_URL'] ? (['stays open'] as const) : []),
);

const commands = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(conversation, pace, fate)
      .map(([at, how, ends]) => command(`arrive ${at}: ${how}, ${ends}`, (on) => on.arrive(at, how, ends))),
  },
  { weight: 2, arbitrary: conversation.map((at) => command(`meet at the end ${at}`, (on) => on.meetAtEnd(at))) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(conversation, fc.constantFrom('oldest' as const, 'newest' as const))
      .map(([at, which]) => command(`let the ${which} go ${at}`, (on) => on.letGo(at, which))),
  },
  { weight: 1, arbitrary: fc.constant(command('commit what stays open', (on) => on.closeOpen())) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat({ max: 1 }), fc.constantFrom('in peace' as const, 'at once' as const))
      .map(([at, manner]) => command(`replace worker ${at} ${manner}`, (on) => on.replace(at, manner))),
  },
  { weight: 2, arbitrary: fc.constant(command('pass time', (on) => on.passTime())) },
  // Without it the next thing happens while the last one is still going on.
  { weight: 5, arbitrary: fc.constant(command('rest', (on) => on.rest())) },
);

const play = async (list: readonly Command[]): Promise<void> => {
  world.begin(conversations);
  try {
    for (const run of list) await run(world);
    await world.settle();
  } catch (error) {
    await world.recover();
    throw error;
  }
};

test('whatever happens, each event is taken by one turn and in order, by one worker at a time, and nothing is left', async () => {
  await fc.assert(fc.asyncProperty(fc.array(commands, { minLength: 4, maxLength: 16 }), play), {
    numRuns: 40,
    interruptAfterTimeLimit: 40_000,
    markInterruptAsFailure: true,
  });
});

test('a worker that is stopped while it looks for work ends with what it finds before it is gone', async () => {
  const found = Promise.withResolvers<unknown>();
  const done: string[] = [];
  const boss = {
    fetch: () => found.promise,
    complete: async (_lane: string, jobs: { id: string }[]) => void done.push(...jobs.map((job) => job.id)),
  } as unknown as PgBoss;
  const settings = { lane: 'turns', slots: 1, heartbeatMs: 1000 } as const;
  const worker = startLaneWorker({ boss, ...settings, work: async () => undefined, onError: () => undefined });
  worker.notice();
  let isStopped = false;
  const stopping = worker.stop(1000).then(() => (isStopped = true));
  await immediately();
  expect(isStopped).toBe(false);
  found.resolve([{ id: 'job', retryCount: 0, singletonKey: 'conversation' }]);
  await stopping;
  expect(done).toEqual(['job']);
});
