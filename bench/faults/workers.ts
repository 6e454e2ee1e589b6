import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Environment = Readonly<Record<string, string>>;

/** One process that serves, started again as a supervisor would whenever it ends. */
export interface Worker {
  readonly name: string;
  readonly url: string;
  /** It has said that it is ready, and has not ended since. */
  isUp(): boolean;
  /** Ends at once, without a chance to tidy up, and stays down for so long. */
  kill(downMs: number): void;
  /** How often it was killed, how often it ended by itself, and how often it was neither ready nor ended in time. */
  counts(): { readonly killed: number; readonly ended: number; readonly hung: number };
  stop(): Promise<void>;
}

const stopMsMax = 30_000;
const restartAfterMs = 1000;
/** A supervisor takes a process that is not ready by then for hung. */
const readyMsMax = 30_000;

const run = (tree: string, command: string, environment: Environment): ChildProcess =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts', command], {
    cwd: tree,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Brings the schema up to date. Rejects with what the process said when it fails. */
export const migrate = async (tree: string, environment: Environment): Promise<void> => {
  const child = run(tree, 'migrate', environment);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`migrate ended with ${code}:\n${said}`);
};

export interface WorkerOptions {
  readonly name: string;
  /** The folder that holds `src/main.ts`. */
  readonly tree: string;
  readonly port: number;
  readonly environment: Environment;
  /** Where `<name>.log` is kept. */
  readonly folder: string;
}

/** Starts it; look at `isUp`. */
export const startWorker = ({ name, tree, port, environment, folder }: WorkerOptions): Worker => {
  const log: WriteStream = createWriteStream(join(folder, `${name}.log`));
  const stopping = new AbortController();
  let child: ChildProcess | null = null;
  let isReady = false;
  let restartMs = restartAfterMs;
  let killed = 0;
  let ended = 0;
  let hung = 0;

  const serveOnce = async (): Promise<void> => {
    const started = run(tree, 'serve', { ...environment, PORT: String(port) });
    child = started;
    let said = '';
    const read = (bytes: Buffer): void => {
      log.write(bytes);
      if (isReady || child !== started) return;
      said += bytes.toString();
      isReady = said.includes('Firstline is ready');
    };
    started.stdout?.on('data', read);
    started.stderr?.on('data', read);
    const timer = setTimeout(() => {
      if (isReady) return;
      hung += 1;
      log.write('--- not ready in time\n');
      started.kill('SIGKILL');
    }, readyMsMax);
    await once(started, 'exit');
    clearTimeout(timer);
    isReady = false;
    child = null;
  };

  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      restartMs = restartAfterMs;
      const before = killed + hung;
      await serveOnce();
      if (killed + hung === before && !stopping.signal.aborted) ended += 1;
      await sleep(restartMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const kept = keep();
  // Whoever ends the bench ends its workers.
  const endWithUs = (): void => void child?.kill('SIGKILL');
  process.once('exit', endWithUs);

  return {
    name,
    url: `http://127.0.0.1:${port}`,
    isUp: () => isReady,
    kill: (downMs) => {
      if (!child) return;
      killed += 1;
      restartMs = downMs;
      isReady = false;
      log.write(`--- killed at ${new Date().toISOString()}\n`);
      child.kill('SIGKILL');
    },
    counts: () => ({ killed, ended, hung }),
    stop: async () => {
      stopping.abort();
      child?.kill('SIGTERM');
      const timer = setTimeout(() => child?.kill('SIGKILL'), stopMsMax);
      await kept;
      clearTimeout(timer);
      process.off('exit', endWithUs);
      log.end();
    },
  };
};
