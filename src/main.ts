import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { Command } from 'commander';
import { pino } from 'pino';

import { ConfigError, StartError, StoreError } from '#core/errors.ts';
import { given } from '#core/given.ts';

import { type Config, configuredChannels, readConfig } from './config.ts';

/** sysexits.h: the configuration is wrong. */
const exitConfig = 78;

const openDatabase = async (config: Config) => {
  const { openStore } = await import('#store/open.ts');
  return openStore({
    folder: config.dataFolder,
    connectionsMax: config.limits.connectionsMax,
    ...given({ url: config.secrets.DATABASE_URL }),
  });
};

const untilStopped = async (stop: () => Promise<void>): Promise<void> => {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await stop();
};

const serve = async (): Promise<void> => {
  const config = readConfig(process.env);
  if (configuredChannels(config.secrets).length === 0)
    throw new ConfigError([
      'No channel is configured. Set the credentials of at least one, for example SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET, or TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM. channels/*/setup.md says where to get them. To try Firstline without any: npm start',
    ]);
  const { checkPort } = await import('./server.ts');
  await checkPort(config.server);
  const { registry } = await import('#channels/registry.ts');
  const { startApp } = await import('./app.ts');
  const { openEmbeddedEmbedder } = await import('#knowledge/embed.ts');
  const { ingestFolders } = await import('./ingest-folders.ts');
  const logger = pino({ level: 'info' });
  if (!config.secrets.FIRSTLINE_MASTER_KEY)
    logger.warn(
      `FIRSTLINE_MASTER_KEY is not set: the master key is kept in ${config.dataFolder}/master.key. Keep that file, or set the variable.`,
    );
  mkdirSync(config.dataFolder, { recursive: true });
  const store = await openDatabase(config);
  if (store.kind === 'embedded') await store.migrate();
  await store.checkSchema();
  const embedder = await openEmbeddedEmbedder();
  await ingestFolders({ store, embedder, folders: config.knowledge.folders, write: (line) => logger.info(line) });
  const channels = Object.values(registry).flatMap((create) => create(config.secrets) ?? []);
  const app = await startApp({ config, store, logger, channels, embedder });
  logger.info(
    { url: app.url, channels: [...app.channels.keys()], model: app.model.name, database: store.kind },
    'Firstline is ready',
  );
  await untilStopped(async () => {
    await app.stop();
    await embedder.close();
    await store.close();
  });
};

const start = async (): Promise<void> => {
  const channels = configuredChannels(readConfig(process.env).secrets);
  if (channels.length > 0) {
    console.log(`Configured: ${channels.join(', ')}. Starting in production (serve).`);
    return serve();
  }
  console.log('No channel is configured. Starting the sandbox: every platform in a box, on this machine only.');
  const { startSandbox } = await import('#lab/sandbox.ts');
  const sandbox = await startSandbox(readConfig, process.env);
  await untilStopped(sandbox.stop);
  console.log('  Stopped.');
};

const migrate = async (): Promise<void> => {
  await using store = await openDatabase(readConfig(process.env));
  const applied = await store.migrate();
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied: ${applied.join(', ')}`);
};

const ingest = async (folders: string[], options: { dense: boolean }): Promise<void> => {
  const config = readConfig(process.env);
  const { openEmbeddedEmbedder } = await import('#knowledge/embed.ts');
  const { ingestFolders } = await import('./ingest-folders.ts');
  await using store = await openDatabase(config);
  await store.migrate();
  const embedder = options.dense ? await openEmbeddedEmbedder() : null;
  const problems = await ingestFolders({
    store,
    embedder,
    folders: folders.length > 0 ? folders : config.knowledge.folders,
    write: (line) => console.error(line),
  });
  await embedder?.close();
  process.exitCode = problems.length > 0 ? 1 : 0;
};

/** Lines of JSON on standard input; a line that cannot be read is answered with an error, and the rest goes on. */
const eachLine = async (
  answer: (input: { id?: unknown; text?: unknown; query?: unknown }) => unknown,
): Promise<void> => {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    let output: unknown;
    try {
      const input: unknown = JSON.parse(line);
      output =
        typeof input === 'object' && input !== null
          ? await answer(input)
          : { error: 'Each line must be a JSON object.' };
    } catch (error) {
      output = { error: error instanceof SyntaxError ? 'This line is not JSON.' : (error as Error).message };
    }
    if (!process.stdout.write(`${JSON.stringify(output)}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
};

const search = async (options: { limit: string; dense: boolean }): Promise<void> => {
  const config = readConfig(process.env);
  const { createRetrieve } = await import('#knowledge/retrieve.ts');
  const { createKnowledgeStore } = await import('#store/knowledge.ts');
  const { openEmbeddedEmbedder } = await import('#knowledge/embed.ts');
  await using store = await openDatabase(config);
  if (store.kind === 'embedded') await store.migrate();
  const embedder = options.dense ? await openEmbeddedEmbedder() : null;
  const find = createRetrieve({ repository: createKnowledgeStore(store, ''), embedder });
  await eachLine(async ({ id, query }) => {
    if (typeof query !== 'string') return { id, error: 'A line needs "query", a text.' };
    const passages = await find(query, { limit: Number(options.limit) });
    return {
      id,
      passages: passages.map((one) => ({ document: one.document, passage: one.id, score: one.score, text: one.text })),
    };
  });
  await embedder?.close();
};

const inspect = async (options: { direction: 'in' | 'out'; chunks: string }): Promise<void> => {
  const { inspectOut, inspectText } = await import('#guardrails/inspect.ts');
  const chunking =
    options.chunks === '1' ? 1 : options.chunks === '4' ? 4 : options.chunks === 'random' ? 'random' : 'whole';
  await eachLine(({ id, text }) => {
    if (typeof text !== 'string') return { id, error: 'A line needs "text".' };
    return { id, ...(options.direction === 'out' ? inspectOut(text, chunking) : inspectText(text)) };
  });
};

const program = new Command('firstline')
  .description('A self-hosted AI support bot that answers first and hands hard cases to people.')
  .showHelpAfterError();
program.command('start').description('serve when a channel is configured, else the sandbox').action(start);
program.command('serve').description('production: needs at least one configured channel').action(serve);
program.command('migrate').description('bring the database schema up to date').action(migrate);
program
  .command('ingest')
  .description('read folders of Markdown, HTML and text into the knowledge base')
  .argument('[folders...]', 'folders; default: knowledge.folders of the configuration')
  .option('--no-dense', 'do not compute embeddings')
  .action(ingest);
program
  .command('search')
  .description('lines of {"id","query"} on standard input, lines of {"id","passages"} out')
  .option('--limit <n>', 'passages a query', '10')
  .option('--no-dense', 'search by words only')
  .action(search);
program
  .command('inspect')
  .description('lines of {"id","text"} on standard input through the guardrails')
  .option('--direction <in|out>', 'what people write, or what the assistant does', 'in')
  .option('--chunks <1|4|random|whole>', 'for out: how the text is cut into deltas', 'whole')
  .action(inspect);

try {
  await program.parseAsync();
} catch (error) {
  const isOurs = error instanceof ConfigError || error instanceof StartError || error instanceof StoreError;
  console.error(isOurs ? error.message : error);
  process.exitCode = error instanceof ConfigError ? exitConfig : 1;
}
