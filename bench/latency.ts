import { parseArgs } from 'node:util';

import { openAnthropicLab } from '#lab/anthropic/server.ts';
import { openSlackLab } from '#lab/slack/server.ts';
import { freePort } from '#test/support/free-port.ts';

import { startBareBot, startFirstline, type System } from './latency/systems.ts';
import { createCrowd, type Crowd, type Turn } from './latency/turns.ts';
import { type Cell, quantile, round, toTable } from './table.ts';

const callsMs = [1, 120];
/** Both systems are measured by turns, so that what else the machine does falls on both. */
const rounds = 3;
const everyMs = 200;

const openStage = async () => {
  const secrets = { botToken: 'xoxb-bench', signingSecret: 'bench' };
  const slack = await openSlackLab({ ...secrets, rateLimits: 'off' });
  const claude = await openAnthropicLab({ apiKey: 'sk-bench' });
  const environment = {
    SLACK_BOT_TOKEN: secrets.botToken,
    SLACK_SIGNING_SECRET: secrets.signingSecret,
    SLACK_API_URL: slack.url,
    ANTHROPIC_API_KEY: 'sk-bench',
    ANTHROPIC_BASE_URL: claude.url,
  };
  const server = process.env['DATABASE_URL'];
  if (!server) throw new Error('Set DATABASE_URL to a Postgres server on which a database may be made.');
  const systems = [
    await startFirstline({ port: await freePort(), environment, server }),
    await startBareBot({ port: await freePort(), environment, server }),
  ];
  return {
    slack,
    systems,
    crowd: createCrowd(slack, claude),
    [Symbol.asyncDispose]: async () => {
      for (const system of systems) await system[Symbol.asyncDispose]();
      await claude.close();
      await slack.close();
    },
  };
};

type Stage = Awaited<ReturnType<typeof openStage>>;

const slowDown = ({ slack }: Stage, ms: number): void =>
  slack.setFaults({
    rules: ['chat.*', 'users.*', 'assistant.**'].map((method) => ({ server: 'slack', method, fault: 'delay', ms })),
  });

interface Measured {
  readonly turns: Turn[];
  readonly seconds: number;
  readonly ownMs: number;
  readonly databaseMs: number;
}

/** The same work for each system in turn, several times over. */
const measure = async (
  { slack, systems, crowd }: Stage,
  work: (crowd: Crowd, system: System) => Promise<Turn[]>,
): Promise<Map<string, Measured>> => {
  const measured = new Map<string, Measured>();
  for (let count = 0; count < rounds; count += 1)
    for (const system of systems) {
      slack.setEventsUrl(system.eventsUrl);
      const before = await system.cpuMs();
      const began = performance.now();
      const turns = await work(crowd, system);
      const seconds = (performance.now() - began) / 1000;
      const after = await system.cpuMs();
      const sum = measured.get(system.name) ?? { turns: [], seconds: 0, ownMs: 0, databaseMs: 0 };
      measured.set(system.name, {
        turns: [...sum.turns, ...turns],
        seconds: sum.seconds + seconds,
        ownMs: sum.ownMs + after.own - before.own,
        databaseMs: sum.databaseMs + after.database - before.database,
      });
    }
  return measured;
};

const steps = {
  'webhook -> acknowledged': (turn: Turn) => turn.acknowledgedAt - turn.sentAt,
  'webhook -> model asked': (turn: Turn) => turn.askedAt - turn.sentAt,
  'first sentence -> visible': (turn: Turn) => turn.shownAt - turn.sentenceAt,
  'model ends -> final text': (turn: Turn) => turn.finalAt - turn.writtenAt,
} as const;
type Step = keyof typeof steps;

const of = (measured: Map<string, Measured>, name: string, step: Step, share: number): number =>
  quantile((measured.get(name)?.turns ?? []).filter((turn) => !turn.isFirst).map(steps[step]), share);

const toPace = (answerMs: number): string => (answerMs === 0 ? 'answers at once' : `answers over ${answerMs} ms`);

const toVerdict = (isMet: boolean): string => (isMet ? 'met' : 'not met');

const goal = (name: string, found: number, most: number): Cell[] => [
  name,
  round(found, 1),
  most,
  toVerdict(found <= most),
];

const runLatency = async (stage: Stage, seconds: number, answerMs: number): Promise<Cell[][]> => {
  const goals: Cell[][] = [];
  const rows: Cell[][] = [];
  const firsts: Cell[][] = [];
  for (const ms of callsMs) {
    slowDown(stage, ms);
    const forMs = (seconds * 1000) / rounds;
    const measured = await measure(stage, (crowd, system) => crowd.paced(system, { everyMs, forMs, answerMs }));
    for (const step of Object.keys(steps) as Step[])
      for (const { name } of stage.systems) {
        const turns = (measured.get(name)?.turns ?? []).filter((turn) => !turn.isFirst).length;
        rows.push([
          ms,
          step,
          name,
          turns,
          ...[0.5, 0.9, 0.99].map((share) => round(of(measured, name, step, share), 1)),
        ]);
      }
    for (const { name } of stage.systems) {
      const times = (measured.get(name)?.turns ?? []).filter((turn) => turn.isFirst);
      for (const step of ['webhook -> acknowledged', 'webhook -> model asked'] as const)
        firsts.push([ms, step, name, times.length, round(quantile(times.map(steps[step]), 0.5), 1)]);
    }
    const added = (share: number): number =>
      of(measured, 'Firstline', 'webhook -> model asked', share) -
      of(measured, 'bare bot', 'webhook -> model asked', share);
    if (ms === callsMs[0])
      goals.push(
        goal('added before the model is asked, p50', added(0.5), 15),
        goal('added before the model is asked, p99', added(0.99), 45),
        goal('first sentence visible, p50', of(measured, 'Firstline', 'first sentence -> visible', 0.5), 30),
        goal('webhook acknowledged, p99', of(measured, 'Firstline', 'webhook -> acknowledged', 0.99), 25),
      );
    else goals.push(goal(`added before the model is asked, calls of ${ms} ms, p50`, added(0.5), 25));
  }
  console.log(`\nOne question every ${everyMs} ms, answers over ${answerMs} ms, to people who were answered before:\n`);
  console.log(toTable(['call ms', 'step', 'system', 'turns', 'p50 ms', 'p90 ms', 'p99 ms'], rows));
  console.log('\nThe first message of a person:\n');
  console.log(toTable(['call ms', 'step', 'system', 'turns', 'p50 ms'], firsts));
  return goals;
};

const runThroughput = async (
  stage: Stage,
  { seconds, answerMs, crowds }: { seconds: number; answerMs: number; crowds: readonly number[] },
): Promise<Cell[][]> => {
  const goals: Cell[][] = [];
  const rows: Cell[][] = [];
  slowDown(stage, 1);
  for (const people of crowds) {
    const forMs = (seconds * 1000) / rounds;
    const measured = await measure(stage, (crowd, system) => crowd.atOnce(system, { people, forMs, answerMs }));
    const rates = new Map<string, number>();
    for (const [name, { turns, ...sum }] of measured) {
      rates.set(name, turns.length / sum.seconds);
      const whole = turns.map((turn) => turn.finalAt - turn.sentAt);
      rows.push([
        people,
        name,
        turns.length,
        round(turns.length / sum.seconds, 1),
        round(quantile(whole, 0.5)),
        round(quantile(whole, 0.99)),
        round(sum.ownMs / turns.length, 1),
        round(sum.databaseMs / turns.length, 1),
      ]);
    }
    const share = (rates.get('Firstline') ?? 0) / (rates.get('bare bot') ?? 1);
    goals.push([
      `share of the bare bot's turns/s, ${people} at once, ${toPace(answerMs)}`,
      round(share, 2),
      0.35,
      toVerdict(share >= 0.35),
    ]);
  }
  console.log(`\nEach person asks again when answered; ${toPace(answerMs)}:\n`);
  console.log(
    toTable(
      ['at once', 'system', 'turns', 'turns/s', 'turn p50 ms', 'turn p99 ms', 'CPU ms/turn', 'database CPU ms/turn'],
      rows,
    ),
  );
  return goals;
};

export const usage = `npm run bench -- latency
  --seconds 15       how long each number is measured for, shared by both systems' turns
  --answer-ms 1000   how long the model writes
It needs DATABASE_URL: a Postgres server on which a database may be made.`;

/** Firstline beside a bot without any of what it keeps, in the same platform and with the same model. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '15' }, 'answer-ms': { type: 'string', default: '1000' } },
  });
  const seconds = Number(values.seconds);
  await using stage = await openStage();
  // Both have loaded what they load late, and every lane has run once.
  await measure(stage, (crowd, system) => crowd.atOnce(system, { people: 10, forMs: 1000, answerMs: 0 }));
  const answerMs = Number(values['answer-ms']);
  const goals = [
    ...(await runLatency(stage, seconds, answerMs)),
    ...(await runThroughput(stage, { seconds, answerMs: 0, crowds: [1, 20, 100] })),
    ...(await runThroughput(stage, { seconds, answerMs, crowds: [20, 100] })),
  ];
  console.log('\nGoals:\n');
  console.log(toTable(['goal', 'found', 'goal value', 'verdict'], goals));
  if (stage.crowd.lost.length > 0) console.log(`\nNever answered: ${stage.crowd.lost.join(', ')}`);
};
