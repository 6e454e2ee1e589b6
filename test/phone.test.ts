import { afterEach, beforeEach, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import type { Channel } from '#core/channel.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { fromBot, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let platforms: Platforms;
let firstline: TestApp;
let channels: readonly Channel[];

beforeEach(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  firstline = await openTestApp({
    channels: (publicUrl) => {
      const environment = { ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl };
      channels = ['slack', 'sms'].flatMap((name) => registry[name]?.(environment) ?? []);
      return channels;
    },
    settings: { desk: { channel: 'slack', room: platforms.environment['FIRSTLINE_DESK__ROOM'] } },
  });
  platforms.connect(firstline.url);
});
afterEach(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

/** A person texts; resolves when it is stored. */
const text = (body: string): Promise<unknown> =>
  platforms.servers.twilio.receive({ from: platforms.seats.sms.user, body });
const heard = (): string[] => {
  const { pane, room } = platforms.seats.sms;
  return pane
    .view(room)
    .messages.filter(fromBot)
    .map((message) => message.text);
};
const hears = (words: string) =>
  sees(platforms.seats.sms, (message) => fromBot(message) && message.text.includes(words));

/** Named by letters: a figure that stands in no source would not be said. */
const step = (index: number): string =>
  `In step ${String.fromCharCode(97 + Math.floor(index / 10), 97 + (index % 10))} `;
const steps = Array.from({ length: 40 }, (_, index) => `${step(index)}you press the button for a while.`);
const explain = async (): Promise<void> => {
  firstline.model.next(() => [steps.join(' ')]);
  await text('How does it work?');
  await hears(step(0));
  await firstline.app.settled();
};

test('a long answer ends with how to get the rest; MORE brings the next part, after a restart too', async () => {
  await explain();
  const [first = ''] = heard();
  expect(heard()).toHaveLength(1);
  expect(first).toMatch(/for a while\.\n\nReply MORE for the rest\.$/);
  await text('more');
  await hears(step(12));
  await firstline.app.stop();
  await firstline.startAgain(channels);
  for (const word of ['MORE', 'Mehr!', 'más', 'suite', 'more']) {
    if (heard().join(' ').includes(steps.at(-1)!)) break;
    const before = heard().length;
    await text(word);
    await sees(platforms.seats.sms, () => heard().length > before);
  }
  const all = heard().join(' ');
  for (const step of steps) expect(all.split(step)).toHaveLength(2);
  const { messages } = platforms.servers.twilio.state() as { messages: { num_segments: string }[] };
  for (const { num_segments } of messages) expect(Number(num_segments)).toBeLessThanOrEqual(3);
  expect(heard().at(-1)).not.toContain('Reply MORE');
  expect(firstline.model.requests).toHaveLength(1);
});

test('MORE is about the newest answer only, and no longer than the rest is kept', async () => {
  await explain();
  await text('Do you ship to Norway?');
  await hears('You asked: Do you ship to Norway?');
  await text('MORE');
  await hears('You asked: MORE');
  await explain();
  await firstline.store.query(`update outbox set created_at = now() - interval '25 hours' where state = 'held'`);
  await text('MORE');
  await hears('There is no more of it here.');
});
