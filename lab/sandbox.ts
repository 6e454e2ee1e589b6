import { existsSync } from 'node:fs';

import { pino } from 'pino';

import { registry } from '#channels/registry.ts';
import { given } from '#core/given.ts';
import { openEmbeddedEmbedder } from '#knowledge/embed.ts';
import { openStore } from '#store/open.ts';

import { startApp } from '../src/app.ts';
import type { readConfig } from '../src/config.ts';
import { ingestFolders } from '../src/ingest-folders.ts';
import { createPageRoutes, type PagePane } from './page/routes.ts';
import { openPlatforms, type Seat } from './platforms.ts';

const at = (path: string): string => new URL(path, import.meta.url).pathname;

const progress =
  (label: string): ((count: number) => void) =>
  (count) => {
    if (process.stdout.isTTY) process.stdout.write(`\r  ${label}: ${'█'.repeat(Math.min(count, 40))} ${count}`);
  };

const toPage = (
  seats: Readonly<Record<'slack' | 'teams' | 'discord' | 'sms' | 'desk', Seat>>,
): Record<string, PagePane> => ({
  slack: { ...seats.slack, title: 'Slack', subtitle: 'DM as Ada Palmer', kind: 'slack', threads: true },
  teams: { ...seats.teams, title: 'Teams', subtitle: 'chat as Ben Okafor', kind: 'teams', threads: false },
  discord: { ...seats.discord, title: 'Discord', subtitle: '#help as cleo', kind: 'discord', threads: false },
  sms: { ...seats.sms, title: 'SMS', subtitle: 'from +1 415 555 0142', kind: 'sms', threads: false },
  desk: {
    ...seats.desk,
    title: 'Desk',
    subtitle: '#support-desk as Ana Torres',
    kind: 'desk',
    threads: true,
  },
});

/** Everything on this machine: the platforms in a box, all five channels connected to them, and the page that shows them. */
export const startSandbox = async (
  read: typeof readConfig,
  environment: NodeJS.ProcessEnv,
): Promise<{ stop: () => Promise<void> }> => {
  const began = performance.now();
  const platforms = await openPlatforms();
  const config = read(
    { ...environment, ...platforms.environment },
    { links: { allowedHosts: ['help.northwind.example'] } },
  );
  const publicUrl = `http://localhost:${config.server.port}`;
  const secrets = { ...config.secrets, FIRSTLINE_PUBLIC_URL: publicUrl };
  const store = await openStore({
    folder: config.dataFolder,
    connectionsMax: config.limits.connectionsMax,
    ...given({ url: secrets.DATABASE_URL }),
  });
  await store.migrate();
  const embedder = await openEmbeddedEmbedder();
  const folders = [at('help-center'), at('../docs')].filter((folder) => existsSync(folder));
  await ingestFolders({
    store,
    embedder,
    folders,
    write: (line) => console.log(`\r  ${line}`),
    onDocument: progress('reading the help center'),
  });
  const page = toPage(platforms.seats);
  const model = secrets.ANTHROPIC_API_KEY ? config.assistant.model : '';
  const app = await startApp({
    config: { ...config, secrets },
    store,
    embedder,
    logger: pino({ level: 'warn' }),
    channels: Object.values(registry).flatMap((create) => create(secrets) ?? []),
    extra: createPageRoutes(page, () => ({ model, notes: [] })),
  });
  platforms.connect(publicUrl);
  console.log(`
  Firstline is ready at ${app.url} (${((performance.now() - began) / 1000).toFixed(1)} s)

  Answers   ${model === '' ? 'quoted from the help center (set ANTHROPIC_API_KEY for answers by Claude)' : model}
  Channels  ${[...app.channels.keys()].join(', ')}, each with its platform in a box
  Desk      #support-desk on Slack
  Data      ${config.dataFolder} (embedded database)

  Try       ask "What is the return policy?" in any pane, then "I want to talk to a human"
            and claim, answer and resolve the case in the desk. Ctrl-C ends it.
`);
  return {
    stop: async () => {
      await app.stop();
      await platforms[Symbol.asyncDispose]();
      await embedder.close();
      await store.close();
    },
  };
};
