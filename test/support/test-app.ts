import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';

import type { Channel } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import { given } from '#core/given.ts';
import type { Model } from '#core/model.ts';
import type { Embedder } from '#knowledge/embed.ts';
import type { Store } from '#store/open.ts';

import { type App, startApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { ingestFolders } from '../../src/commands/ingest-folders.ts';
import { freePort } from './free-port.ts';
import { createScriptedModel, type ScriptedModel } from './scripted-model.ts';
import { openTestDatabase, openTestStore } from './test-database.ts';
import { watchStatements } from './watch-statements.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  readonly store: Store;
  /** Where the database is; null when it is embedded. */
  readonly databaseUrl: string | null;
  /** Where its master key is. */
  readonly dataFolder: string;
  readonly model: ScriptedModel;
  /** Every line that was logged. */
  readonly logs: readonly string[];
  /** Starts the app anew on what a stopped one left: its database and its key. */
  startAgain(channels: readonly Channel[]): Promise<App>;
}

export interface TestAppOptions {
  /** Made with the address the app is going to listen on. */
  readonly channels?: readonly Channel[] | ((publicUrl: string) => readonly Channel[]);
  readonly settings?: Record<string, unknown>;
  /** In place of the scripted one; `configured`: those that settings and secrets name. */
  readonly model?: Model | 'configured';
  readonly secrets?: Config['secrets'];
  /** Keeps to the platforms' rate limits; without it a story runs as fast as it can, against platforms that count nothing. */
  readonly budgets?: boolean;
  /** Reads the sample help center, by words only. */
  readonly knowledge?: boolean;
  readonly clock?: Clock;
  readonly embedder?: Embedder | null;
  /** The operator's own settings. */
  readonly file?: string;
  /** The way to a database that is not embedded: given its address, returns the one to use. */
  readonly route?: (databaseUrl: string) => string;
  /** Told of every statement that the database is given. */
  readonly onStatement?: (statement: string) => void;
}

const withoutBudget = (channel: Channel): Channel => {
  const copy = { ...channel };
  delete copy.budget;
  return copy;
};

/** The real app on a real database (embedded, or the one in DATABASE_URL), with a scripted model. */
export const openTestApp = async ({
  channels = [],
  settings = {},
  model,
  secrets = {},
  knowledge = false,
  budgets = false,
  onStatement,
  clock,
  embedder = null,
  file = new URL('empty.yaml', import.meta.url).pathname,
  route = (address) => address,
}: TestAppOptions = {}): Promise<TestApp> => {
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  const logs: string[] = [];
  const port = await freePort();
  const logger = pino({ level: 'debug' }, { write: (line: string) => void logs.push(line) });
  const config: Config = readConfig(
    { FIRSTLINE_DATA_DIR: folder, FIRSTLINE_CONFIG: file },
    {
      server: { port, host: '127.0.0.1' },
      ...settings,
      // Words of an agent leave at once, so that a story needs no more of them than it tells.
      desk: { talk: 'shared', undoMs: 0, ...(settings['desk'] as object | undefined) },
      // The scripted model says whatever a story needs, and no page has it: that alone brings in nobody here.
      guardrails: {
        answers: { unsupported: 'note' },
        handOverScore: { handOverAt: 100 },
        ...(settings['guardrails'] as object | undefined),
      },
    },
  );
  const database = await openTestDatabase();
  const url = database.url && route(database.url);
  const opened = await openTestStore(given({ url, silenceMs: config.limits.databaseSilenceMs }));
  const store = onStatement ? watchStatements(opened, onStatement) : opened;
  if (knowledge)
    await ingestFolders({
      store,
      embedder: null,
      files: config.knowledge.files,
      folders: [new URL('../../lab/help-center', import.meta.url).pathname],
      write: () => undefined,
    });
  const scripted = createScriptedModel();
  const all = { ...config.secrets, ...secrets, ...given({ DATABASE_URL: url }) };
  const made = typeof channels === 'function' ? channels(`http://localhost:${port}`) : channels;
  const start = (of: readonly Channel[]): Promise<App> =>
    startApp({
      config: { ...config, secrets: all },
      store,
      logger,
      channels: budgets ? of : of.map(withoutBudget),
      embedder,
      ...(model === 'configured' ? {} : { model: model ?? scripted }),
      ...given({ clock }),
    });
  const app = await start(made);
  let running = app;
  let isClosed = false;
  return {
    app,
    url: app.url,
    store,
    databaseUrl: database.url ?? null,
    dataFolder: folder,
    model: scripted,
    logs,
    startAgain: async (of) => (running = await start(of)),
    [Symbol.asyncDispose]: async () => {
      if (isClosed) return;
      isClosed = true;
      await running.stop();
      await store.close();
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
