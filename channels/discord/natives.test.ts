import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Channel, InboundEvent, ThreadKey } from '#core/channel.ts';
import { type DiscordLab, openDiscordLab } from '#lab/discord/server.ts';

import { createDiscordChannel } from './channel.ts';

let lab: DiscordLab;
let channel: Channel;
let events: InboundEvent[];
let ada: string;
let room: string;
let direct: string;

beforeEach(async () => {
  lab = await openDiscordLab({ token: 'token', rateLimits: 'off' });
  ada = lab.addUser({ name: 'Ada' }).id;
  room = lab.addRoom({ type: 'text', name: 'help' });
  direct = lab.addRoom({ type: 'direct', user: ada });
  channel = createDiscordChannel({ token: 'token', apiUrl: lab.url });
  events = [];
  await channel.start(async (event) => void (event && events.push(event)));
});
afterEach(async () => {
  vi.useRealTimers();
  await channel.stop();
  await lab.close();
});

const seen = async (count = 1): Promise<InboundEvent> => {
  await expect.poll(() => events.length).toBe(count);
  return events.at(-1)!;
};
const thread = (of: string) => JSON.stringify({ room: of }) as ThreadKey;
const shown = (of: string) => lab.pane.view(of).messages;

describe('commands', () => {
  /** They are registered after the start. */
  const give = async (given: Omit<Parameters<DiscordLab['command']>[0], 'user'>): Promise<InboundEvent> => {
    await expect.poll(() => lab.command({ ...given, user: ada }).then(() => 'given', String)).toBe('given');
    return seen();
  };

  test('/ask is a question in its room, and leaves nothing but the answer there', async () => {
    const event = await give({ room, name: 'ask', options: { question: ' How do I return it? ' } });
    expect(event).toMatchObject({
      kind: 'message',
      text: 'How do I return it?',
      addressed: true,
      setting: 'group',
      thread: thread(room),
      sender: { id: ada, organization: lab.guildId, locale: 'en-US' },
    });
    await expect.poll(() => shown(room)).toEqual([]);
  });

  test.each(['human', 'status', 'forget'])('/%s is a command in direct messages', async (name) => {
    expect(await give({ room: direct, name })).toMatchObject({ kind: 'action', action: name, thread: thread(direct) });
  });

  test('the command on a message passes its words to a person', async () => {
    const message = await lab.pane.say({ room, user: ada, text: 'My parcel is lost' });
    await seen();
    events.length = 0;
    const event = await give({ room, name: 'Send to a person', target: message });
    expect(event).toMatchObject({ kind: 'action', action: 'human', text: 'My parcel is lost' });
  });

  test('its answer comes where it was given although its token has long died', async () => {
    const event = await give({ room, name: 'ask', options: { question: 'How long does that take?' } });
    if (event.kind !== 'message') throw new Error('/ask is a question');
    await expect.poll(() => shown(room)).toEqual([]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 16 * 60_000 });
    const sent = await channel.send(event.thread, { text: 'Sixteen minutes.' }, 'k1');
    await channel.edit!(sent, { text: 'Sixteen minutes, as you see.' });
    expect(shown(room).map(({ text }) => text)).toEqual(['Sixteen minutes, as you see.']);
  });

  test('they are registered once: a second start finds them', async () => {
    await give({ room, name: 'status' });
    const again = createDiscordChannel({ token: 'token', apiUrl: lab.url });
    lab.setFaults({ rules: [{ server: 'discord', method: 'PUT /applications/**', fault: 'error', status: 500 }] });
    await again.start(async () => undefined);
    expect((lab.state() as { faults: object }).faults).toEqual({ 'PUT /applications/** error': 0 });
    await again.stop();
  });

  test('what cannot be stored is not taken: the person is told that it failed', async () => {
    await channel.stop();
    await lab.close();
    lab = await openDiscordLab({ token: 'token', rateLimits: 'off', interactionMsMax: 300 });
    ada = lab.addUser({ name: 'Ada' }).id;
    room = lab.addRoom({ type: 'text', name: 'help' });
    channel = createDiscordChannel({ token: 'token', apiUrl: lab.url });
    await channel.start(async (event) => {
      if (event) throw new Error('the database is away');
    });
    const failure = () => lab.command({ room, user: ada, name: 'status' }).then(() => 'taken', String);
    await expect.poll(failure).toContain('This interaction failed');
  });
});

test('a growing answer can be stopped, and a whole one no more', async () => {
  const message = { text: 'Within 45 days.', by: 'assistant' } as const;
  const sent = await channel.send(thread(room), { ...message, partial: true }, 'k1');
  expect(shown(room)[0]?.actions).toMatchObject([{ label: 'Stop' }]);
  await lab.pane.press({ room, user: ada, message: shown(room)[0]!.id, action: 'stops' });
  expect(await seen()).toMatchObject({ kind: 'stopped', thread: thread(room), sender: { id: ada } });
  await channel.edit!(sent, message);
  expect(shown(room)[0]?.actions).toEqual([]);
});

test('what the assistant says is marked as an AI’s, and what an agent says is not', async () => {
  await channel.send(thread(direct), { text: 'Within 45 days.', by: 'assistant' }, 'k1');
  await channel.send(thread(direct), { text: 'Ana here.', by: 'agent' }, 'k2');
  expect(shown(direct).map(({ text }) => text)).toEqual(['Within 45 days.\n-# 🤖 AI', 'Ana here.']);
});

test('thumbs below an answer say what the person thinks; a growing answer has none', async () => {
  const message = { text: 'Within 45 days.', asksFeedback: true, by: 'assistant' } as const;
  const sent = await channel.send(thread(direct), { ...message, partial: true }, 'k1');
  expect(shown(direct)[0]?.actions).not.toContainEqual(expect.objectContaining({ label: '👍' }));
  await channel.edit!(sent, message);
  for (const [count, rating] of [
    [1, 'good'],
    [2, 'bad'],
  ] as const) {
    await lab.pane.press({ room: direct, user: ada, message: shown(direct)[0]!.id, action: `judges:${rating}` });
    expect(await seen(count)).toMatchObject({ kind: 'feedback', rating, message: sent.message, sender: { id: ada } });
  }
});

test('a suggestion is said by its button', async () => {
  await channel.send(thread(direct), { text: 'Welcome!', suggestions: ['Where is my order?'] }, 'k1');
  await lab.pane.press({ room: direct, user: ada, message: shown(direct)[0]!.id, action: 'says:0' });
  expect(await seen()).toMatchObject({
    kind: 'message',
    text: 'Where is my order?',
    setting: 'direct',
    addressed: true,
    thread: thread(direct),
  });
});

test('files come with their words, and are read from the platform alone', async () => {
  const file = { name: 'order.txt', type: 'text/plain', content: 'Order 1234' };
  lab.share({ room: direct, user: ada, text: 'See here', files: [file] });
  const event = await seen();
  const [attachment] = (event.kind === 'message' && event.attachments) || [];
  expect(event).toMatchObject({ text: 'See here' });
  expect(attachment).toMatchObject({ name: 'order.txt', mediaType: 'text/plain', size: 10 });
  const { key } = attachment!;
  expect(Buffer.from(await channel.download!(key, 10)).toString()).toBe('Order 1234');
  await expect(channel.download!(key, 9)).rejects.toMatchObject({ code: 'too_large' });
  await expect(channel.download!(`${key}x/y` as never, 9)).rejects.toMatchObject({ code: '404' });
  for (const url of ['http://cdn.discordapp.com/a', 'https://cdn.discordapp.com.evil.example/a', 'file:///etc/passwd'])
    await expect(channel.download!(url as never, 9)).rejects.toMatchObject({ code: 'foreign_host' });
});

test('what a moderator clears is taken back, message by message', async () => {
  const ids = [
    await lab.pane.say({ room: direct, user: ada, text: 'One' }),
    await lab.pane.say({ room: direct, user: ada, text: 'Two' }),
  ];
  await seen(2);
  lab.removeBulk(ids);
  await seen(4);
  expect(events.slice(2)).toMatchObject(ids.map((of) => ({ kind: 'deleted', of })));
});
