import { setTimeout as delay } from 'node:timers/promises';

import { pino } from 'pino';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { registry } from '#channels/registry.ts';
import { openAnthropicLab } from '#lab/anthropic/server.ts';
import { openPlatforms, type Seat } from '#lab/platforms.ts';
import { openStore } from '#store/open.ts';
import { fromBot, sees } from '#test/support/pane-watch.ts';
import { openVisitor } from '#test/support/web-visitor.ts';

import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { quantile, round, toTable } from './table.ts';

const rounds = 12;
/** Somebody reads an answer before asking again; without that the budgets of the platforms would be measured, not the way to them. */
const roundMs = 5000;
/** About what a model takes to its first word; Teams takes one request a second, and the first says that an answer is on its way. */
const thinkingMs = 1000;
const port = 3988;

/** The desk is away: a person's words and the assistant's are all there is. */
const begin = async () => {
  const platforms = await openPlatforms({ rateLimits: 'off' });
  const claude = await openAnthropicLab({ apiKey: 'sk-bench' });
  const url = `http://localhost:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  const config = readConfig(
    {
      ...platforms.environment,
      ANTHROPIC_API_KEY: 'sk-bench',
      ANTHROPIC_BASE_URL: claude.url,
      FIRSTLINE_PUBLIC_URL: url,
      // What the model of the lab says stands on no page.
      FIRSTLINE_GUARDRAILS__ANSWERS__UNSUPPORTED: 'note',
      FIRSTLINE_GUARDRAILS__HAND_OVER_SCORE__HAND_OVER_AT: '100',
      FIRSTLINE_DATA_DIR: folder,
      FIRSTLINE_LIMITS__PER_PERSON: '{ size: 1000, refillPerMinute: 1000 }',
      PORT: String(port),
    },
    {},
  );
  const store = await openStore({ folder, connectionsMax: 5 });
  await store.migrate();
  const channels = Object.values(registry).flatMap((create) => create(config.secrets) ?? []);
  const app = await startApp({ config, store, channels, embedder: null, logger: pino({ level: 'error' }) });
  platforms.connect(app.url);
  return {
    platforms,
    claude,
    app,
    [Symbol.asyncDispose]: async () => {
      await app.stop();
      await store.close();
      await claude.close();
      await platforms[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Milliseconds from the moment the model has written its first sentence until `shown` resolves. */
const measure = async (
  claude: Awaited<ReturnType<typeof openAnthropicLab>>,
  sentence: string,
  say: () => Promise<unknown>,
  shown: () => Promise<unknown>,
): Promise<number> => {
  let writtenAt = 0;
  const rest = Promise.withResolvers<void>();
  const chunks = async function* (): AsyncGenerator<string> {
    await delay(thinkingMs);
    for (const word of sentence.split(/(?<= )/)) yield word;
    writtenAt = performance.now();
    yield ' And ';
    await rest.promise;
    yield 'that is all there is to say.';
  };
  claude.script([{ chunks: chunks() }]);
  await say();
  await shown();
  const afterMs = performance.now() - writtenAt;
  rest.resolve();
  return afterMs;
};

export const run = async (): Promise<void> => {
  await using bench = await begin();
  const { platforms, claude, app } = bench;
  await using visitor = await openVisitor(app.url);
  const onPane = (seat: Seat) => ({
    say: (text: string) => seat.pane.say({ room: seat.room, user: seat.user, text }),
    shows: (text: string) => sees(seat, (message) => fromBot(message) && message.text.includes(text)),
  });
  const { slack, teams, discord } = platforms.seats;
  const readers = {
    web: {
      say: (text: string) => visitor.say(text),
      shows: (text: string) => visitor.sees((message) => message.author === 'assistant' && message.text.includes(text)),
    },
    slack: onPane(slack),
    teams: onPane(teams),
    discord: onPane(discord),
  };
  const times = Object.keys(readers).map((): number[] => []);
  for (let count = 0; count < rounds; count += 1) {
    const rest = delay(roundMs);
    for (const [index, reader] of Object.values(readers).entries()) {
      const sentence = `This is sentence number ${count} of the answer.`;
      const say = () => reader.say(`Question ${count}?`);
      times[index]?.push(await measure(claude, sentence, say, () => reader.shows(sentence.slice(0, -1))));
      await app.settled();
    }
    process.stderr.write(`\r${count + 1}/${rounds} rounds`);
    await rest;
  }
  const rows = Object.keys(readers).map((channel, index) => {
    const taken = times[index] ?? [];
    return [channel, rounds, round(quantile(taken, 0.5)), round(Math.max(...taken)), 300];
  });
  process.stderr.write('\r');
  console.log(
    'From the first whole sentence of the model to its first words on the screen (a text message is sent whole):\n',
  );
  console.log(toTable(['channel', 'answers', 'p50 ms', 'max ms', 'goal ms'], rows));
};
