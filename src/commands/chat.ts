import { pino } from 'pino';

import { startApp } from '../app.ts';
import type { Config } from '../config.ts';
import { openEmbedder } from '../open-embedder.ts';
import { openDatabase } from './database.ts';
import { talk } from './talk.ts';

/** Talks with a running Firstline, or with one of its own that has only the web channel. */
export const chat = async (config: Config, url: string | undefined): Promise<void> => {
  const ends = { input: process.stdin, output: process.stdout };
  if (url !== undefined) return talk({ url, ...ends });
  await using store = await openDatabase(config);
  if (store.kind === 'embedded') await store.migrate();
  await store.checkSchema();
  await using embedder = openEmbedder(config);
  const app = await startApp({
    config: {
      ...config,
      server: { ...config.server, port: 0, host: '127.0.0.1' },
      web: { ...config.web, enabled: true },
    },
    store,
    embedder,
    logger: pino({ level: 'error' }, pino.destination(2)),
    channels: [],
  });
  try {
    await talk({ url: app.url, ...ends });
  } finally {
    await app.stop();
  }
};
