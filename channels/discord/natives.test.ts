import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { InboundEvent, ThreadKey } from '#core/channel.ts';
import type { DiscordLab } from '#lab/discord/server.ts';

import { createDiscordChannel } from './channel.ts';
import { openOnLab, type OnLab } from './on-lab.ts';

let on: OnLab;

beforeEach(async () => {
  on = await openOnLab();
  // What the bot itself writes comes in as well.
  on.receive = async (event) => void (event && on.events.push(event));
  await on.start();
});
afterEach(async () => {
  vi.useRealTimers();
  await on[Symbol.asyncDispose]();
});

const seen = async (count = 1): Promise<InboundEvent> => {
  await expect.poll(() => on.events.length).toBe(count);
  return on.events.at(-1)!;
};
const thread = (of: string) => JSON.stringify({ room: of }) as ThreadKey;

describe('commands', () => {
  /** They are registered after the start. */
  const give = async (given: Omit<Parameters<DiscordLab['command']>[0], 'user'>): Promise<InboundEvent> => {
    await expect.poll(() => on.lab.command({ ...given, user: on.ada }).then(() => 'given', String)).toBe('given');
    return seen();
  };

  test('/ask is a question in its room, and leaves nothing but the answer there', async () => {
    const event = await give({ room: on.room, name: 'ask', options: { question: ' How do I return it? ' } });
    expect(event).toMatchObject({
      kind: 'message',
      text: 'How do I return it?',
      addressed: true,
      setting: 'group',
      thread: thread(on.room),
      sender: { id: on.ada, organization: on.lab.guildId, locale: 'en-US' },
    });
    await expect.poll(() => on.shown(on.room)).toEqual([]);
  });

  test.each(['human', 'status', 'forget'])('/%s is a command in direct messages', async (name) => {
    expect(await give({ room: on.direct, name })).toMatchObject({
      kind: 'action',
      action: name,
      thread: thread(on.direct),
    });
  });

  test('the command on a message passes its words to a person', async () => {
    const message = await on.say(on.room, 'My parcel is lost');
    await seen();
    on.events.length = 0;
    const event = await give({ room: on.room, name: 'Send to a person', target: message });
    expect(event).toMatchObject({ kind: 'action', action: 'human', text: 'My parcel is lost' });
  });

  test('its answer comes where it was given although its token has long died', async () => {
    const event = await give({ room: on.room, name: 'ask', options: { question: 'How long does that take?' } });
    if (event.kind !== 'message') throw new Error('/ask is a question');
    await expect.poll(() => on.shown(on.room)).toEqual([]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 });
    const sent = await on.channel.send(event.thread, { text: 'Sixteen minutes.' }, 'k1');
    await on.channel.edit!(sent, { text: 'Sixteen minutes, as you see.' });
    expect(on.shown(on.room).map(({ text }) => text)).toEqual(['Sixteen minutes, as you see.']);
  });

  test('they are registered once: a second start finds them', async () => {
    await give({ room: on.room, name: 'status' });
    const again = createDiscordChannel({ token: 'token', apiUrl: on.lab.url });
    on.lab.setFaults({ rules: [{ server: 'discord', method: 'PUT /applications/**', fault: 'error', status: 500 }] });
    await again.start(async () => undefined);
    expect(on.faults()).toEqual({ 'PUT /applications/** error': 0 });
    await again.stop();
  });

  test('what cannot be stored is not taken: the person is told that it failed', async () => {
    await using quick = await openOnLab({ interactionMsMax: 300 });
    quick.receive = async (event) => {
      if (event) throw new Error('the database is away');
    };
    await quick.start();
    const given = { room: quick.room, user: quick.ada, name: 'status' };
    const failure = () => quick.lab.command(given).then(() => 'taken', String);
    await expect.poll(failure).toContain('This interaction failed');
  });
});

test('a growing answer can be stopped, and a whole one no more', async () => {
  const message = { text: 'Within 45 days.', by: 'assistant' } as const;
  const sent = await on.channel.send(thread(on.room), { ...message, partial: true }, 'k1');
  expect(on.shown(on.room)[0]?.actions).toMatchObject([{ label: 'Stop' }]);
  await on.lab.pane.press({ room: on.room, user: on.ada, message: on.shown(on.room)[0]!.id, action: 'stops' });
  expect(await seen()).toMatchObject({ kind: 'stopped', thread: thread(on.room), sender: { id: on.ada } });
  await on.channel.edit!(sent, message);
  expect(on.shown(on.room)[0]?.actions).toEqual([]);
});

test('what the assistant says is marked as an AI’s, and what an agent says is not', async () => {
  await on.channel.send(thread(on.direct), { text: 'Within 45 days.', by: 'assistant' }, 'k1');
  await on.channel.send(thread(on.direct), { text: 'Ana here.', by: 'agent' }, 'k2');
  expect(on.shown(on.direct).map(({ text }) => text)).toEqual(['Within 45 days.\n-# 🤖 AI', 'Ana here.']);
});

test('thumbs below an answer say what the person thinks; a growing answer has none', async () => {
  const message = { text: 'Within 45 days.', asksFeedback: true, by: 'assistant' } as const;
  const sent = await on.channel.send(thread(on.direct), { ...message, partial: true }, 'k1');
  expect(on.shown(on.direct)[0]?.actions).not.toContainEqual(expect.objectContaining({ label: '👍' }));
  await on.channel.edit!(sent, message);
  for (const [count, rating] of [
    [1, 'good'],
    [2, 'bad'],
  ] as const) {
    await on.lab.pane.press({
      room: on.direct,
      user: on.ada,
      message: on.shown(on.direct)[0]!.id,
      action: `judges:${rating}`,
    });
    expect(await seen(count)).toMatchObject({
      kind: 'feedback',
      rating,
      message: sent.message,
      sender: { id: on.ada },
    });
  }
});

test('a suggestion is said by its button', async () => {
  await on.channel.send(thread(on.direct), { text: 'Welcome!', suggestions: ['Where is my order?'] }, 'k1');
  await on.lab.pane.press({ room: on.direct, user: on.ada, message: on.shown(on.direct)[0]!.id, action: 'says:0' });
  expect(await seen()).toMatchObject({
    kind: 'message',
    text: 'Where is my order?',
    setting: 'direct',
    addressed: true,
    thread: thread(on.direct),
  });
});

test('files come with their words, and are read from the platform alone', async () => {
  const file = { name: 'order.txt', type: 'text/plain', content: 'Order 1234' };
  on.lab.share({ room: on.direct, user: on.ada, text: 'See here', files: [file] });
  const event = await seen();
  const [attachment] = (event.kind === 'message' && event.attachments) || [];
  expect(event).toMatchObject({ text: 'See here' });
  expect(attachment).toMatchObject({ name: 'order.txt', mediaType: 'text/plain', size: 10 });
  const { key } = attachment!;
  expect(Buffer.from(await on.channel.download!(key, 10)).toString()).toBe('Order 1234');
  await expect(on.channel.download!(key, 9)).rejects.toMatchObject({ code: 'too_large' });
  await expect(on.channel.download!(`${key}x/y` as never, 9)).rejects.toMatchObject({ code: '404' });
  for (const url of ['http://cdn.discordapp.com/a', 'https://cdn.discordapp.com.evil.example/a', 'file:///etc/passwd'])
    await expect(on.channel.download!(url as never, 9)).rejects.toMatchObject({ code: 'foreign_host' });
});

test('what a moderator clears is taken back, message by message', async () => {
  const ids = [await on.say(on.direct, 'One'), await on.say(on.direct, 'Two')];
  await seen(2);
  on.lab.removeBulk(ids);
  await seen(4);
  expect(on.events.slice(2)).toMatchObject(ids.map((of) => ({ kind: 'deleted', of })));
});
