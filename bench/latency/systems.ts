import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openStore, type Store } from '#store/open.ts';
import { openOwnDatabase } from '#test/support/own-database.ts';

const at = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
/** What the kernel counts a process's time in. */
const tickMs = 10;

/** A bot in a process of its own, and what it costs. */
export interface System extends AsyncDisposable {
  readonly name: string;
  readonly eventsUrl: string;
  /** CPU time so far, of the process and of the database that works for it. */
  cpuMs(): Promise<{ readonly own: number; readonly database: number }>;
}

/** Milliseconds of CPU that a process has used, all threads; 0 for one that is gone. */
const cpuMsOf = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * tickMs;
  } catch {
    return 0;
  }
};

/** Starts a script and resolves when it has said that it is ready. */
const begin = async (
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  ready: string,
): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const isReady = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (bytes: Buffer) => {
      if (output.length < 100_000) output += String(bytes);
      if (output.includes(ready)) resolve();
    });
    child.once('exit', () => reject(new Error(`${args.join(' ')} ended:\n${output}`)));
  });
  await isReady;
  return child;
};

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
};

const openDatabase = async (server: string): Promise<AsyncDisposable & { url: string; store: Store }> => {
  const database = await openOwnDatabase(server);
  const store = await openStore({ url: database.url, folder: null, connectionsMax: 2 });
  await store.migrate();
  return {
    url: database.url,
    store,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await database[Symbol.asyncDispose]();
    },
  };
};

const createDatabaseMeter = (store: Store): (() => Promise<number>) => {
  const known = new Map<number, number>();
  let gone = 0;
  return async () => {
    const rows = await store.query<{ pid: number }>(
      `select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    const now = new Set(rows.map((row) => row.pid));
    for (const [pid, usedMs] of known)
      if (!now.has(pid)) {
        gone += usedMs;
        known.delete(pid);
      }
    for (const pid of now) known.set(pid, cpuMsOf(pid));
    return [...known.values()].reduce((sum, usedMs) => sum + usedMs, gone);
  };
};

export interface SystemOptions {
  readonly port: number;
  /** Where the platform and the model are. */
  readonly environment: Readonly<Record<string, string>>;
  /** A Postgres server on which a database may be made. */
  readonly server: string;
}

/** Firstline as it runs in production, with the sample help center and without limits of its own for people. */
export const startFirstline = async ({ port, environment, server }: SystemOptions): Promise<System> => {
  const database = await openDatabase(server);
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  const child = await begin(
    [at('src/main.ts'), 'serve'],
    {
      ...environment,
      PORT: String(port),
      DATABASE_URL: database.url,
      FIRSTLINE_CONFIG: at('test/support/empty.yaml'),
      FIRSTLINE_DATA_DIR: folder,
      FIRSTLINE_KNOWLEDGE__FOLDERS: `[${at('lab/help-center')}]`,
      FIRSTLINE_SERVER__HOST: '127.0.0.1',
      // What the model of the lab says stands on no page.
      FIRSTLINE_GUARDRAILS__ANSWERS__UNSUPPORTED: 'note',
      FIRSTLINE_GUARDRAILS__HAND_OVER_SCORE__HAND_OVER_AT: '100',
      FIRSTLINE_LIMITS__PER_PERSON: '{ size: 100000, refillPerMinute: 100000 }',
      FIRSTLINE_LIMITS__PER_ORGANIZATION: '{ size: 1000000, refillPerMinute: 1000000 }',
    },
    'Firstline is ready',
  );
  const meter = createDatabaseMeter(database.store);
  // The workspace's own limits are off, so what we keep to for them must not count either: edits are 50 a minute.
  const lifting = setInterval(() => void database.store.query(`delete from budget`).catch(() => undefined), 50);
  return {
    name: 'Firstline',
    eventsUrl: `http://127.0.0.1:${port}/channels/slack/events`,
    cpuMs: async () => ({ own: cpuMsOf(child.pid ?? 0), database: await meter() }),
    [Symbol.asyncDispose]: async () => {
      clearInterval(lifting);
      await end(child);
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

export const startBareBot = async ({ port, environment }: SystemOptions): Promise<System> => {
  const child = await begin([at('bench/peers/bare-bot.ts')], { ...environment, PORT: String(port) }, 'ready');
  return {
    name: 'bare bot',
    eventsUrl: `http://127.0.0.1:${port}/slack/events`,
    cpuMs: async () => ({ own: cpuMsOf(child.pid ?? 0), database: 0 }),
    [Symbol.asyncDispose]: () => end(child),
  };
};
