import { quantile, round, toTable } from '../table.ts';
import type { Facts } from './database.ts';
import { type Judged, mistakes, type Offence } from './judge.ts';
import type { Killing } from './killer.ts';
import type { Said } from './ledger.ts';
import { channelNames } from './rooms.ts';

/** Calls to one platform, and those that it answered 429 of its own. */
export interface Calls {
  readonly calls: number;
  readonly rateLimited: number;
}

export interface Verdict {
  readonly begunAt: number;
  readonly settled: boolean;
  readonly said: readonly Said[];
  readonly judged: Readonly<Record<string, Judged>>;
  readonly offences: readonly Offence[];
  readonly calls: Readonly<Record<string, Calls>>;
  readonly facts: Facts;
  readonly killings: readonly Killing[];
  /** Processes that ended by themselves. */
  readonly ended: number;
  /** Processes that were neither ready nor ended in half a minute. */
  readonly hung: number;
  /** How often each fault struck, by server. */
  readonly faults: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly logs: string;
}

const zeros: ReadonlySet<string> = new Set(mistakes);
export const isGood = ({ offences }: Verdict): boolean => !offences.some(({ what }) => zeros.has(what));

const seconds = (from: number, to: number): number => round((to - from) / 1000, 1);

export const toTables = (verdict: Verdict): string => {
  const { said, offences, judged, calls } = verdict;
  const whats = [...mistakes, 'undelivered', 'uncertain'] as const;
  const rows = [...channelNames, 'desk', 'total'].map((channel) => {
    const own = channel === 'total' ? said : said.filter((one) => one.channel === channel);
    const mine = channel === 'total' ? Object.values(judged) : [judged[channel] ?? { answered: 0, told: 0 }];
    const sum = (of: 'answered' | 'told'): number => mine.reduce((total, one) => total + one[of], 0);
    const count = (what: string): number =>
      offences.filter((one) => one.what === what && (channel === 'total' || one.channel === channel)).length;
    return [channel, own.length, sum('answered'), sum('told'), ...whats.map(count)];
  });
  const speeds = channelNames.map((channel) => {
    const own = said.filter((one) => one.channel === channel);
    const times = (of: 'firstTextAt' | 'finalAt'): number[] =>
      own.flatMap((one) => (one[of] === undefined ? [] : [one[of] - one.saidAt]));
    const [first, final] = [times('firstTextAt'), times('finalAt')];
    const { calls: made = 0, rateLimited = 0 } = calls[channel] ?? {};
    return [
      channel,
      ...[first, final].flatMap((list) => [0.5, 0.99].map((share) => round(quantile(list, share)))),
      made,
      rateLimited,
    ];
  });
  return [
    toTable(['channel', 'sent', 'answered', 'told', ...whats], rows),
    '',
    toTable(['channel', 'first text p50 ms', 'p99 ms', 'final p50 ms', 'p99 ms', 'calls', '429 of its own'], speeds),
  ].join('\n');
};

/** How often each kind of fault struck each server. */
export const toFaultLines = ({ faults }: Verdict): string =>
  Object.entries(faults)
    .map(([server, counts]) => {
      const struck = Object.entries(counts).filter(([, count]) => count > 0);
      return `${server}: ${struck.map(([name, count]) => `${name.replace(/^\S+ /, '')} ${count}`).join(', ') || 'none'}`;
    })
    .join('\n');

const clip = (text: string, lengthMax = 110): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax / 2)} … ${line.slice(-lengthMax / 2)}`;
};

/** One thing that went wrong, with all that is known of it. */
export const describe = ({ what, channel, customer, number, detail }: Offence, verdict: Verdict): string => {
  const { begunAt, facts, killings } = verdict;
  const at = (time: number | undefined): string => (time === undefined ? '-' : `${seconds(begunAt, time)}`);
  const one = verdict.said.find((said) => said.number === number);
  const lines = [`${what} on ${channel}${number === null ? '' : ` ${number}`}: ${detail}`];
  if (one) {
    const near = killings.filter(
      (kill) => kill.at > one.saidAt - 15_000 && kill.at < (one.finalAt ?? one.saidAt) + 15_000,
    );
    lines.push(
      `  said at ${at(one.saidAt)} s (workers up: ${one.workersUp || 'none'}), taken ${at(one.taken?.begunAt)}–${at(one.taken?.endedAt)}, first text ${at(one.firstTextAt)}, final ${at(one.finalAt)}, told ${at(one.toldAt)}`,
      ...near.map((kill) => `  worker ${kill.worker} killed at ${at(kill.at)}, down for ${kill.downMs} ms`),
    );
    const fact = facts.of(one.number);
    lines.push(
      fact === null
        ? '  the inbox does not have it'
        : `  inbox: stored ${fact.stored} time(s), ${fact.isDone ? 'done' : 'not done'}, turn ${fact.outcome ?? '-'}`,
    );
    for (const row of fact?.outbox ?? [])
      lines.push(
        `  outbox ${row.key}: ${row.state}, ${row.attempts} attempts, ${row.failure ?? 'no failure'}: ${clip(row.text)}`,
      );
  }
  const shown = customer?.room.shown() ?? [];
  const place = number === null ? -1 : shown.findIndex((message) => message.text.includes(number));
  for (const message of place < 0 ? shown.slice(-12) : shown.slice(Math.max(0, place - 4), place + 10))
    lines.push(
      `    ${message.isOurs ? 'us  ' : 'them'} ${message.id.slice(0, 24)} ${message.partial ? '(growing) ' : ''}${clip(message.text)}`,
    );
  return lines.join('\n');
};
