import { mkdirSync } from 'node:fs';

import { pino } from 'pino';

import { registry } from '#channels/registry.ts';
import { ConfigError, nameOf } from '#core/errors.ts';
import { hasDocuments } from '#store/knowledge.ts';

import { startApp } from '../app.ts';
import { type Config } from '../config.ts';
import { configuredChannels } from '../secrets.ts';
import { checkPort } from '../server.ts';
import { openEmbedder } from '../open-embedder.ts';
import { openDatabase } from './database.ts';
import { startReading } from '../start-reading.ts';
import { ingestFolders } from './ingest-folders.ts';
import { readSources } from './read-sources.ts';
import { untilStopped } from './until-stopped.ts';

/** Production. Throws ConfigError when no channel is configured; never starts a platform of our own. */
export const serve = async (config: Config): Promise<void> => {
  if (configuredChannels(config.secrets).length === 0)
    throw new ConfigError([
      'No channel is configured. Set the credentials of at least one, for example SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET, or TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM. channels/*/setup.md says where to get them. To try Firstline without any: npm start',
    ]);
  await checkPort(config.server);
  const logger = pino({ level: 'info' });
  mkdirSync(config.dataFolder, { recursive: true });
  if (!config.secrets.FIRSTLINE_MASTER_KEY)
    logger.warn(
      `FIRSTLINE_MASTER_KEY is not set: the master key is kept in ${config.dataFolder}/master.key. Keep that file, or set the variable.`,
    );
  await using store = await openDatabase(config);
  if (store.kind === 'embedded') await store.migrate();
  await store.checkSchema();
  await using embedder = openEmbedder(config);
  const isFirst = !(await hasDocuments(store));
  const reading = ingestFolders({
    store,
    embedder,
    files: config.knowledge.files,
    folders: config.knowledge.folders,
    write: (line) => logger.info(line),
  }).catch((error: unknown) => logger.error({ error: nameOf(error) }, 'the folders could not be read'));
  // Where something answers already, it goes on doing so until what is new is read.
  if (isFirst) await reading;
  const endReading = startReading({
    store,
    logger,
    everyMinutes: config.knowledge.sources.length > 0 ? config.knowledge.everyMinutes : 0,
    read: () => readSources({ config, store, embedder, write: (line) => logger.info(line) }),
  });
  const channels = Object.values(registry).flatMap((create) => create(config.secrets, config) ?? []);
  const app = await startApp({ config, store, logger, channels, embedder });
  logger.info(
    { url: app.url, channels: [...app.channels.keys()], model: app.model.name, database: store.kind },
    'Firstline is ready',
  );
  await untilStopped(async () => {
    await app.stop();
    await endReading();
    await reading;
  });
};
