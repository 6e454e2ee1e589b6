import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { pino } from 'pino';

import { registry } from '#channels/registry.ts';
import { type AnthropicLab, openAnthropicLab } from '#lab/anthropic/server.ts';
import { openPlatforms } from '#lab/platforms.ts';
import { openStore } from '#store/open.ts';
import { freePort } from '#test/support/free-port.ts';

import { startApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { sentencesOf, shownIn, stalenessMs, toTag } from './streams/growth.ts';
import { openPlaces, type Place } from './streams/place.ts';
import { quantile, round, toTable } from './table.ts';

const sampleMs = 100;
/** A final text that is not there this long after the last one of the model is lost. */
const patienceMs = 120_000;

const begin = async (streams: number) => {
  const platforms = await openPlatforms({ rateLimits: 'on' });
  const claude = await openAnthropicLab({ apiKey: 'sk-bench' });
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  const config = readConfig(
    {
      ...platforms.environment,
      ANTHROPIC_API_KEY: 'sk-bench',
      ANTHROPIC_BASE_URL: claude.url,
      FIRSTLINE_CONFIG: new URL('../test/support/empty.yaml', import.meta.url).pathname,
      FIRSTLINE_PUBLIC_URL: `http://localhost:${port}`,
      FIRSTLINE_DATA_DIR: folder,
      // What the model of the lab says stands on no page.
      FIRSTLINE_GUARDRAILS__ANSWERS__UNSUPPORTED: 'note',
      FIRSTLINE_GUARDRAILS__HAND_OVER_SCORE__HAND_OVER_AT: '100',
      FIRSTLINE_LIMITS__SLOTS: String(streams),
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
    store,
    [Symbol.asyncDispose]: async () => {
      await app.stop();
      await store.close();
      await claude.close();
      await platforms[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

interface Stream {
  readonly tag: string;
  readonly room: string;
  /** When each sentence was written. */
  readonly writtenAt: number[];
  firstMs: number | null;
  finalAt: number | null;
}

const chunkChars = 16;

/** Answers each stream with its own sentences, evenly over the time, in whatever order they ask. */
const scriptStreams = (claude: AnthropicLab, streams: readonly Stream[], sentences: number, forMs: number): void => {
  for (const { tag: anyTag } of streams) {
    const chunks = Math.ceil(sentencesOf(anyTag, sentences).join(' ').length / chunkChars);
    let asked: Stream | undefined;
    let ends: number[] = [];
    claude.script({
      chunkChars,
      chunkDelayMs: forMs / chunks,
      text: (request) => {
        const words = JSON.stringify(request.messages.at(-1));
        asked = streams.find(({ tag }) => words.includes(tag));
        const all = sentencesOf(asked?.tag ?? anyTag, sentences);
        ends = all.map((_, index) => all.slice(0, index + 1).join(' ').length);
        return all.join(' ');
      },
      gate: async (index) => {
        while (asked && (ends[asked.writtenAt.length] ?? Infinity) <= (index + 1) * chunkChars)
          asked.writtenAt.push(performance.now());
        if (index === chunks - 1 && asked)
          while (asked.writtenAt.length < sentences) asked.writtenAt.push(performance.now());
      },
    });
  }
};

/** Everybody of a place asks at once; looks at the screen until each answer is whole. */
const measure = async (claude: AnthropicLab, place: Place, sentences: number, forMs: number) => {
  const streams: Stream[] = place.seats.map(({ room }, index) => ({
    tag: toTag(index),
    room,
    writtenAt: [],
    firstMs: null,
    finalAt: null,
  }));
  scriptStreams(claude, streams, sentences, forMs);
  const calls = place.calls();
  const refused = place.rateLimited();
  await Promise.all(
    place.seats.map(({ room, user }, index) => place.pane.say({ room, user, text: `What about ${toTag(index)}?` })),
  );
  const ages: number[] = [];
  const isOver = (stream: Stream, now: number): boolean =>
    stream.finalAt !== null || now - (stream.writtenAt[sentences - 1] ?? now) > patienceMs;
  for (let now = performance.now(); !streams.every((stream) => isOver(stream, now)); now = performance.now()) {
    const texts = new Map(
      [...new Set(streams.map(({ room }) => room))].map((room) => [
        room,
        place.pane.view(room).messages.flatMap(({ author, text }) => (author.role === 'bot' ? [text] : [])),
      ]),
    );
    for (const stream of streams) {
      if (isOver(stream, now)) continue;
      const shown = Math.max(0, ...(texts.get(stream.room) ?? []).map((text) => shownIn(text, stream.tag)));
      const first = stream.writtenAt[0];
      if (shown > 0 && first !== undefined) stream.firstMs ??= now - first;
      if (shown === sentences) stream.finalAt = now;
      if (first !== undefined) ages.push(stalenessMs(stream.writtenAt, shown, now));
    }
    await delay(sampleMs);
  }
  const finals = streams.flatMap(({ finalAt, writtenAt }) =>
    finalAt === null ? [] : [finalAt - (writtenAt[sentences - 1] ?? finalAt)],
  );
  const firsts = streams.flatMap(({ firstMs }) => (firstMs === null ? [] : [firstMs]));
  const seconds = (ms: number): number => round(ms / 1000, 1);
  return [
    place.name,
    streams.length - finals.length,
    place.rateLimited() - refused,
    place.calls() - calls,
    ...[0.5, 1].map((share) => seconds(quantile(firsts, share))),
    ...[0.5, 0.99, 1].map((share) => seconds(quantile(ages, share))),
    ...[0.5, 1].map((share) => seconds(quantile(finals, share))),
  ];
};

export const usage = `npm run bench -- streams
  --streams 20   answers that grow at once, in each place
  --seconds 30   how long each is written, a sentence a second`;

/** Many answers grow at once within one platform's limits: none may be lost, and the platform never has to refuse a call. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { streams: { type: 'string', default: '20' }, seconds: { type: 'string', default: '30' } },
  });
  const count = Number(values.streams);
  const forMs = Number(values.seconds) * 1000;
  const sentences = Number(values.seconds);
  await using stage = await begin(count);
  const rows = [];
  for (const place of await openPlaces(stage.platforms, count))
    rows.push(await measure(stage.claude, place, sentences, forMs));
  console.log(
    `${count} answers at once, each written over ${values.seconds} s, one sentence a second; times in seconds:\n`,
  );
  console.log(
    toTable(
      [
        'all in one',
        'finals lost',
        '429s',
        'calls',
        'first text p50',
        'first text max',
        'staleness p50',
        'staleness p99',
        'staleness max',
        'final text p50',
        'final text max',
      ],
      rows,
    ),
  );
  const ledger = await stage.store.query<{ step: string; code: string | null; count: number | string }>(
    `select step, code, count(*) as count from ledger group by step, code`,
  );
  for (const { step, code, count: times } of ledger) console.log(`${step} ${code ?? ''}: ${times}`);
};
