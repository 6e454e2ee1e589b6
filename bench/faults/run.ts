import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { LabServer } from '#lab/pane.ts';
import { openStore, type Store } from '#store/open.ts';

import { startAgent } from './agent.ts';
import { type BreakName, brokenTree, wholeTree } from './broken.ts';
import { planCustomers, play, type Plan } from './customers.ts';
import { openOwnDatabase } from '#test/support/own-database.ts';

import { readFacts, unfinished } from './database.ts';
import { judgeCustomer, judgeDesk, judgeRows, type Judged } from './judge.ts';
import { startKiller } from './killer.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { faultMix } from './mix.ts';
import type { Progress } from './progress.ts';
import { createRandom } from '../random.ts';
import type { Calls, Verdict } from './report.ts';
import { channelNames, createRooms } from './rooms.ts';
import { openStage, readSentences, untilUp, type Stage } from './stage.ts';

export interface FaultsOptions {
  /** The Postgres server where a database is made for the run. */
  readonly server: string;
  readonly turns: number;
  readonly seed: number;
  readonly scale: number;
  readonly killsMax: number;
  readonly killEveryMs?: readonly [number, number];
  /** So long a customer waits for an answer before going on. */
  readonly patienceMs: number;
  readonly settleMs: number;
  readonly broken?: BreakName;
  readonly onProgress?: (progress: Progress) => void;
}

/** Customers at once. */
const seats = 24;
const lookMs = 500;
/** Everything has its end, and had it for so long. */
const quietMs = 3000;
/** Nothing is left to do, but something that was said has no end: a platform may yet bring it, Slack after a minute. */
const lateMs = 70_000;

const firedBy = (server: LabServer): Record<string, number> =>
  (server.state() as { faults: Record<string, number> }).faults;
const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Everybody plays their part, so many at once. */
const playAll = async (plans: readonly Plan[], one: (plan: Plan) => Promise<void>): Promise<void> => {
  const waiting = [...plans];
  const sit = async (): Promise<void> => {
    for (let plan = waiting.shift(); plan; plan = waiting.shift()) await one(plan);
  };
  await Promise.all(Array.from({ length: seats }, sit));
};

/** True when nothing is left to do, within the time. */
const settle = async (store: Store, ledger: Ledger, withinMs: number): Promise<boolean> => {
  const endsAt = Date.now() + withinMs;
  let quietSince = Date.now();
  let isQuiet = false;
  while (Date.now() < endsAt) {
    isQuiet = (await unfinished(store)) === 0;
    if (!isQuiet) quietSince = Date.now();
    const { said, settled } = ledger.counts();
    if (isQuiet && Date.now() - quietSince > (said === settled ? quietMs : lateMs)) break;
    await sleep(lookMs);
  }
  return isQuiet;
};

const callsOf = ({ platforms: { servers } }: Stage): Record<string, Calls> =>
  Object.fromEntries(
    Object.entries({ ...servers, sms: servers.twilio }).map(([name, server]) => [
      name,
      { calls: server.calls(), rateLimited: server.rateLimited() },
    ]),
  );

/** Many customers on every platform, everything that can go wrong, workers killed again and again; then what came of it. */
export const runFaults = async (options: FaultsOptions): Promise<Verdict> => {
  const random = createRandom(`faults ${options.seed}`);
  const sentences = readSentences();
  const masterKey = randomBytes(32);
  await using tree = options.broken === undefined ? wholeTree() : brokenTree(options.broken);
  await using database = await openOwnDatabase(options.server);
  let workersUp = (): string => '';
  const ledger = createLedger(sentences, () => workersUp());
  await using stage = await openStage({
    tree: tree.folder,
    databaseUrl: database.url,
    masterKey,
    onTaken: ({ body, begunAt, endedAt }) => ledger.taken(body, begunAt, endedAt),
  });
  const { platforms, claude, workers } = stage;
  workersUp = () =>
    workers
      .filter((worker) => worker.isUp())
      .map(({ name }) => name)
      .join(' ');
  await using store = await openStore({ url: database.url, folder: null, connectionsMax: 2 });
  const begunAt = Date.now();
  const servers: readonly LabServer[] = [...Object.values(platforms.servers), claude];
  const script = faultMix(options.seed, options.scale);
  for (const server of servers) server.setFaults(script);

  await using rooms = new AsyncDisposableStack();
  const agent = rooms.use(startAgent(platforms.seats.desk, ledger.handed));
  await using killer = startKiller({
    workers,
    random: random.fork('killer'),
    everyMs: options.killEveryMs ?? [10_000, 30_000],
    killsMax: options.killsMax,
  });
  const plans = planCustomers(random.fork('customers'), options.turns);
  const turnsMax = plans.reduce((sum, plan) => sum + plan.rounds.length, 0);
  let turns = 0;
  let phase: Progress['phase'] = 'playing';
  let faults: Record<string, Record<string, number>> = {};
  const countFaults = (): void => {
    faults = Object.fromEntries(servers.map((server) => [server.name, firedBy(server)]));
  };
  const progress = setInterval(() => {
    const { said, settled } = ledger.counts();
    if (phase === 'playing') countFaults();
    options.onProgress?.({
      phase,
      turns,
      turnsMax,
      messages: said,
      settled,
      faults: Object.values(faults).reduce((sum, one) => sum + sumOf(one), 0),
      killed: killer.killings.length,
    });
  }, 1000);

  try {
    const openRoom = createRooms(platforms, stage.url);
    await playAll(plans, (plan) => play(plan, openRoom, ledger, options.patienceMs, () => (turns += 1)));
    await killer[Symbol.asyncDispose]();
    countFaults();
    phase = 'settling';
    for (const server of servers) server.setFaults(null);
    const areUp = await untilUp(workers).then(
      () => true,
      () => false,
    );
    const settled = await settle(store, ledger, options.settleMs);
    await sleep(2000);
    const facts = await readFacts(store, masterKey);
    const judged = channelNames.map((channel) => {
      const each = ledger.customers
        .filter((customer) => customer.channel === channel)
        .map((customer) => judgeCustomer(customer, sentences, facts));
      const sum = (of: 'answered' | 'told'): number => each.reduce((total, one) => total + one[of], 0);
      const whole: Judged = {
        answered: sum('answered'),
        told: sum('told'),
        offences: each.flatMap((one) => one.offences),
      };
      return [channel, whole] as const;
    });
    const { pane, room } = platforms.seats.desk;
    const deskTexts = pane
      .view(room)
      .messages.filter(({ author }) => author.role === 'bot')
      .map(({ text }) => text);
    return {
      begunAt,
      settled: settled && areUp,
      said: ledger.customers.flatMap((customer) => customer.said),
      judged: Object.fromEntries(judged),
      offences: [
        ...judged.flatMap(([, one]) => one.offences),
        ...judgeDesk(deskTexts, agent.cards),
        ...judgeRows(facts, ledger.customers),
      ],
      calls: callsOf(stage),
      facts,
      killings: killer.killings,
      ended: workers.reduce((sum, worker) => sum + worker.counts().ended, 0),
      hung: workers.reduce((sum, worker) => sum + worker.counts().hung, 0),
      faults,
      logs: stage.folder,
    };
  } finally {
    clearInterval(progress);
    await Promise.all(ledger.customers.map((customer) => customer.room.close()));
  }
};
