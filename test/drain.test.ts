import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { given } from '#core/given.ts';
import { type AnthropicLab, openAnthropicLab } from '#lab/anthropic/server.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { freePort } from './support/free-port.ts';
import { migrate, serve } from './support/serve.ts';
import { openTestDatabase, type TestDatabase } from './support/test-database.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';

const server = process.env['DATABASE_URL'];
/** A crashed worker's turns are taken over within so many ms. */
const takenOverMs = 15_000;
/** And then the ten are answered, on a machine that does other things as well. */
const answeredMs = 3000;

let database: TestDatabase;
let platforms: Platforms;
let claude: AnthropicLab;
let folder: string;
let held: PromiseWithResolvers<void>;
let children: ChildProcess[];

beforeEach(async () => {
  database = await openTestDatabase();
  platforms = await openPlatforms({ rateLimits: 'off' });
  claude = await openAnthropicLab({ apiKey: 'sk-test' });
  folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  held = Promise.withResolvers();
  children = [];
  const bucket = '{ size: 1000, refillPerMinute: 1000 }';
  writeFileSync(
    join(folder, 'config.yaml'),
    `limits: { stopMs: 500, perPerson: ${bucket}, perOrganization: ${bucket} }\n`,
  );
});
afterEach(async () => {
  held.resolve();
  for (const child of children) child.kill('SIGKILL');
  await claude.close();
  await platforms[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A process of its own on the one database. */
const start = async (): Promise<{ child: ChildProcess; url: string }> => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const phone = Object.entries(platforms.environment).filter(([name]) => name.startsWith('TWILIO_'));
  const environment = {
    ...Object.fromEntries(phone),
    ANTHROPIC_API_KEY: 'sk-test',
    ANTHROPIC_BASE_URL: claude.url,
    PORT: String(port),
    FIRSTLINE_PUBLIC_URL: url,
    // What the model of the lab says stands on no page.
    FIRSTLINE_GUARDRAILS__ANSWERS__UNSUPPORTED: 'note',
    FIRSTLINE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    FIRSTLINE_DATA_DIR: folder,
    FIRSTLINE_CONFIG: join(folder, 'config.yaml'),
    ...given({ DATABASE_URL: database.url }),
  };
  if (children.length === 0) await migrate(environment);
  const child = await serve(environment);
  child.removeAllListeners('exit');
  children.push(child);
  return { child, url };
};

/** So many visitors whose answers have begun and do not go on. */
const inTheMiddle = async (url: string, count: number): Promise<WebVisitor[]> => {
  const answer = async function* (): AsyncGenerator<string> {
    yield 'This is the first sentence. And ';
    await held.promise;
    yield 'this is never said.';
  };
  claude.script(Array.from({ length: count }, () => ({ chunks: answer() })));
  const visitors = await Promise.all(Array.from({ length: count }, () => openVisitor(url)));
  await Promise.all(visitors.map((visitor, index) => visitor.say(`What about number ${index}?`)));
  await Promise.all(visitors.map((visitor) => visitor.sees((message) => message.text.includes('first sentence'))));
  return visitors;
};

/** Each visitor has the whole answer to their own question, and no other. */
const seeTheirAnswers = (url: string, visitors: readonly WebVisitor[]): Promise<void[]> =>
  Promise.all(
    visitors.map(async ({ token }, index) => {
      await using again = await openVisitor(url, token);
      const whole = await again.sees(
        ({ text, partial }) => text.includes(`number ${index}?`) && text.includes('You wrote') && !partial,
      );
      const answers = again.messages().filter(({ author }) => author === 'assistant');
      expect(answers).toEqual([whole]);
      expect(whole.text).not.toContain('first sentence');
    }),
  );

test.skipIf(!server)(
  'told to stop in the middle of fifty answers, it leaves them to another process: none is lost, none is there twice',
  async () => {
    const first = await start();
    const visitors = await inTheMiddle(first.url, 50);
    const second = await start();
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
    await seeTheirAnswers(second.url, visitors);
    for (const visitor of visitors) await visitor[Symbol.asyncDispose]();
  },
);

test.skipIf(!server)('killed, its answers are taken over by another process in time', async () => {
  const first = await start();
  const visitors = await inTheMiddle(first.url, 10);
  const second = await start();
  first.child.kill('SIGKILL');
  const began = performance.now();
  await seeTheirAnswers(second.url, visitors);
  expect(performance.now() - began).toBeLessThan(takenOverMs + answeredMs);
  for (const visitor of visitors) await visitor[Symbol.asyncDispose]();
});

test.skipIf(!server)('an answer that one process writes is stopped by a word to another', async () => {
  const first = await start();
  const [visitor] = await inTheMiddle(first.url, 1);
  const second = await start();
  await using elsewhere = await openVisitor(second.url, visitor!.token);
  await elsewhere.act('stops', {});
  // Nothing more comes from the model; what was said is left as it is.
  const whole = await elsewhere.sees(({ author, partial }) => author === 'assistant' && !partial);
  expect(whole.text).toContain('This is the first sentence.');
  expect(whole.text).not.toContain('never said');
  await visitor![Symbol.asyncDispose]();
});
