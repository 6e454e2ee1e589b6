import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

import { pino } from 'pino';

import { registry } from '#channels/registry.ts';
import { openEmbeddedEmbedder } from '#knowledge/embed.ts';
import { findDocuments } from '#knowledge/find-documents.ts';
import { returnOpenCases } from '#store/cases.ts';
import { hasDocuments } from '#store/knowledge.ts';
import { openStore } from '#store/open.ts';

import { startApp } from '../src/app.ts';
import type { readConfig } from '../src/config.ts';
import { ingestFolders } from '../src/commands/ingest-folders.ts';
import { createProgress } from '../src/commands/progress.ts';
import { checkPort } from '../src/server.ts';
import { createHelpPages, helpPath } from './page/help-pages.ts';
import { createPageRoutes, type PagePane } from './page/routes.ts';
import { openPlatforms, type Platforms } from './platforms.ts';
import { toStartScreen } from './start-screen.ts';

const at = (path: string): string => new URL(path, import.meta.url).pathname;
/** A path as one would type it here. */
const typed = (path: string): string => {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? resolve(path) : below;
};

const toPage = (seats: Platforms['seats']): Record<string, PagePane> => ({
  slack: { ...seats.slack, title: 'Slack', subtitle: 'DM as Ada Palmer', kind: 'slack', threads: true },
  teams: { ...seats.teams, title: 'Teams', subtitle: 'chat as Ben Okafor', kind: 'teams', threads: false },
  discord: { ...seats.discord, title: 'Discord', subtitle: '#help as cleo', kind: 'discord', threads: false },
  sms: { ...seats.sms, title: 'SMS', subtitle: 'from +1 415 555 0142', kind: 'sms', threads: false },
  desk: { ...seats.desk, title: 'Desk', subtitle: '#support-desk as Ana Torres', kind: 'desk', threads: true },
});

/** Which SDK talks to which of our servers. */
const toRows = ({ environment }: Platforms, url: string): (readonly [string, string])[] => [
  ['Slack', `@slack/bolt, with a Slack in a box at ${environment['SLACK_API_URL']}`],
  ['Teams', `botbuilder, with a Teams in a box at ${environment['TEAMS_SERVICE_URLS']}`],
  ['Discord', `discord.js, with a Discord in a box at ${environment['DISCORD_API_URL']}`],
  ['SMS', `twilio, with a Twilio in a box at ${environment['TWILIO_API_URL']}`],
  ['Web', `the widget, on the page ${url}/channels/web/demo`],
];

/** Everything on this machine: the platforms in a box, all five channels connected to them, and the page that shows them. */
export const startSandbox = async (
  read: typeof readConfig,
  environment: NodeJS.ProcessEnv,
): Promise<{ stop: () => Promise<void> }> => {
  // Whatever fails below, what was opened before it is closed again, so that the process can end.
  await using opened = new AsyncDisposableStack();
  const platforms = opened.use(await openPlatforms());
  const config = read(
    // Anyone who reaches the page may write as any of its people: other machines do not, unless told so.
    { FIRSTLINE_SERVER__HOST: '127.0.0.1', ...environment, ...platforms.environment },
    { links: { allowedHosts: ['help.northwind.example'] } },
  );
  await checkPort(config.server);
  const publicUrl = `http://localhost:${config.server.port}`;
  // Sample pages and made-up people stay out of the database of a real desk.
  const { DATABASE_URL: _, DATABASE_DIRECT_URL: __, ...own } = config.secrets;
  const consolePassword = own.FIRSTLINE_CONSOLE_PASSWORD ?? randomBytes(9).toString('base64url');
  const secrets = { ...own, FIRSTLINE_PUBLIC_URL: publicUrl, FIRSTLINE_CONSOLE_PASSWORD: consolePassword };
  const dataFolder = join(config.dataFolder, 'sandbox');
  const folders = [at('help-center'), at('../docs')].filter((folder) => existsSync(folder));
  let pages = 0;
  for (const folder of folders) for await (const _ of findDocuments(folder)) pages += 1;
  const progress = createProgress('help pages', process.stdout);

  const embedder = opened.use(openEmbeddedEmbedder());
  // Its model loads in a thread of its own meanwhile; a failure comes again with the first page.
  void embedder.embed(['warm']).catch(() => undefined);
  progress.say('Opening the database');
  const store = opened.use(await openStore({ folder: dataFolder, connectionsMax: config.limits.connectionsMax }));
  await store.migrate();
  // The platforms in a box remember nothing of the last start, so nobody can work its cases.
  await returnOpenCases(store);
  const sources = { store, files: config.knowledge.files, folders, toUrl: (id: string) => publicUrl + helpPath(id) };
  // The very first time words alone must do, and later what was read the last time: the rest follows once people can ask.
  const isFirst = !(await hasDocuments(store));
  let seen = 0;
  const onProgress = (): void => progress.show((seen += 1), pages);
  const problems = isFirst ? await ingestFolders({ ...sources, embedder: null, onProgress }) : [];
  progress.end();

  // A ranking by meaning that knows half of the pages would push the better half out.
  let isDeepened = false;
  const model = secrets.ANTHROPIC_API_KEY
    ? config.assistant.model
    : secrets.OPENAI_API_KEY
      ? config.assistant.fallbackModel
      : '';
  const app = await startApp({
    config: { ...config, secrets, dataFolder },
    store,
    embedder: { ...embedder, embed: async (texts) => (isDeepened ? embedder.embed(texts) : []) },
    logger: pino({ level: 'warn' }),
    channels: Object.values(registry).flatMap((create) => create(secrets) ?? []),
    extra: createPageRoutes(toPage(platforms.seats), () => ({ model, notes: problems })).route(
      '/',
      createHelpPages(folders, config.knowledge.files),
    ),
  });
  opened.defer(app.stop);
  const deepened = ingestFolders({ ...sources, embedder }).then(
    () => void (isDeepened = true),
    () => undefined,
  );
  opened.defer(async () => {
    await embedder.close();
    await deepened;
  });
  platforms.connect(publicUrl);
  console.log(
    toStartScreen({
      url: app.url,
      // Since the process began, with the loading of its code.
      seconds: performance.now() / 1000,
      model,
      knowledge: `${pages} help pages, in ${folders.map(typed).join(' and ')}; read them at ${publicUrl}/help`,
      platforms: toRows(platforms, app.url),
      desk: '#support-desk on Slack: the last pane of the page',
      console: `${publicUrl}/console (password: ${consolePassword})`,
      data: `${typed(dataFolder)} (embedded Postgres; delete the folder to start over)`,
      problems,
    }),
  );
  const running = opened.move();
  return { stop: () => running.disposeAsync() };
};
