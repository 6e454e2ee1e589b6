import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { given } from '#core/given.ts';
import { openAnthropicLab } from '#lab/anthropic/server.ts';
import { openPlatforms } from '#lab/platforms.ts';

import { freePort } from './support/free-port.ts';
import { fromBot, sees } from './support/pane-watch.ts';
import { migrate, serve } from './support/serve.ts';
import { openTestDatabase } from './support/test-database.ts';
import { openVisitor } from './support/web-visitor.ts';

const names = ['slack', 'teams', 'discord', 'sms'] as const;

test('killed in the middle of its answers and started again, it loses nothing and says nothing twice', async () => {
  await using database = await openTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  await using claude = await openAnthropicLab({ apiKey: 'sk-test' });
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const environment = {
    ...platforms.environment,
    ANTHROPIC_API_KEY: 'sk-test',
    ANTHROPIC_BASE_URL: claude.url,
    PORT: String(port),
    FIRSTLINE_PUBLIC_URL: url,
    // What the model of the lab says stands on no page.
    FIRSTLINE_GUARDRAILS__ANSWERS__UNSUPPORTED: 'note',
    FIRSTLINE_DATA_DIR: folder,
    ...given({ DATABASE_URL: database.url }),
    FIRSTLINE_CONFIG: new URL('support/empty.yaml', import.meta.url).pathname,
  };
  const more = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const answer = async function* (): AsyncGenerator<string> {
    yield 'This is the first sentence. And ';
    await more.promise;
    yield 'this is the second sentence. But ';
    await held.promise;
    yield 'this is never said.';
  };
  claude.script(Array.from({ length: 5 }, () => ({ chunks: answer() })));

  await migrate(environment);
  const first = await serve(environment);
  platforms.connect(url);
  await using visitor = await openVisitor(url);
  await visitor.say('What about the web?');
  for (const name of names) {
    const { pane, room, user } = platforms.seats[name];
    await pane.say({ room, user, text: `What about ${name}?` });
  }
  const edits = names.filter((name) => name !== 'sms');
  await visitor.sees((message) => message.text.includes('first sentence'));
  for (const name of edits)
    await sees(platforms.seats[name], (message) => fromBot(message) && message.text.includes('first sentence'));
  more.resolve();
  // An edit shows that the process knows of its message: Teams has no means to find one that was sent in the instant of the end.
  await visitor.sees((message) => message.text.includes('second sentence'));
  for (const name of edits)
    await sees(platforms.seats[name], (message) => fromBot(message) && message.text.includes('second sentence'));
  first.removeAllListeners('exit');
  first.kill('SIGKILL');
  await once(first, 'exit');
  held.resolve();

  claude.script(Array.from({ length: 5 }, () => ({ text: 'This is the whole answer.' })));
  const second = await serve(environment);
  second.removeAllListeners('exit');
  await using again = await openVisitor(url, visitor.token);
  await again.sees((message) => message.text.endsWith('\n\nThis is the whole answer.') && !message.partial);
  for (const name of names)
    await sees(
      platforms.seats[name],
      (message) => fromBot(message) && message.text.includes('This is the whole answer.'),
    );
  for (const name of names) {
    const { pane, room } = platforms.seats[name];
    expect(pane.view(room).messages.filter(fromBot), name).toHaveLength(1);
  }
  expect(again.messages().filter((message) => message.author === 'assistant')).toHaveLength(1);
  second.kill('SIGTERM');
  const [code] = (await once(second, 'exit')) as [number | null];
  expect(code).toBe(0);
  rmSync(folder, { recursive: true, force: true });
}, 120_000);
