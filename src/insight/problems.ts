import type { Channel } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { StoreError } from '#core/errors.ts';
import type { Store } from '#store/open.ts';

export interface ProblemsParts {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly clock: Clock;
  /** The channels that are not connected. */
  readonly unconnected: () => readonly string[];
  /** What keeps the desk's room from taking messages, in the platform's own word. */
  readonly deskTrouble: () => string | null;
  /** Milliseconds after which a database that has not answered counts as away. */
  readonly readyMs: number;
  /** Milliseconds that the two clocks may differ by. */
  readonly clockSkewMs: number;
}

const databaseAway = 'the database does not answer';

const clockProblem = (aheadMs: number): string => {
  const by = Math.round(Math.abs(aheadMs) / 1000);
  const where = aheadMs > 0 ? 'ahead of' : 'behind';
  return `the clock of this machine is ${by} s ${where} the database's: platforms refuse signatures that look old`;
};

/** Whatever keeps this process from doing its work, each in a line that can be read by people; empty when there is nothing. */
export const createProblems = (parts: ProblemsParts): (() => Promise<string[]>) => {
  const { store, channels, clock, readyMs, clockSkewMs } = parts;

  const askDatabase = async (): Promise<string[]> => {
    try {
      await store.checkSchema();
      const aheadMs = await store.clockAheadMs(clock.now);
      return Math.abs(aheadMs) > clockSkewMs ? [clockProblem(aheadMs)] : [];
    } catch (error) {
      return [error instanceof StoreError ? error.message : databaseAway];
    }
  };

  return async () => {
    const answered = new AbortController();
    const away = clock.wait(readyMs, answered.signal).then(() => [databaseAway]);
    const problems = [...(await Promise.race([askDatabase(), away]))];
    answered.abort();
    const complaint = store.complaint();
    if (complaint) problems.push(`the database stores nothing: ${complaint}`);
    const trouble = parts.deskTrouble();
    if (trouble) problems.push(`the room of the desk takes no messages: ${trouble}`);
    problems.push(...parts.unconnected());
    const platforms = await Promise.all(
      [...channels.values()].map(async ({ name, health }) => ({
        name,
        ...((await health?.()) ?? { ok: true as const }),
      })),
    );
    for (const platform of platforms) if (!platform.ok) problems.push(`${platform.name}: ${platform.problem}`);
    return problems;
  };
};
