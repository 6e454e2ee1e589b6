import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Channel, InboundEvent, OutboundMessage, SentMessage, ThreadKey } from '#core/channel.ts';
import { openSlackLab, type SlackLab, type SlackLabOptions } from '#lab/slack/server.ts';
import { createWebhookServer, type WebhookServer } from '#test/support/webhook-server.ts';
import { createSlackChannel } from './channel.ts';
import manifest from './manifest.json' with { type: 'json' };

let lab: SlackLab;
let channel: Channel;
let server: WebhookServer;
let events: InboundEvent[];
/** A thread that Ada began in her direct messages, as assistant threads are. */
let direct: ThreadKey;
/** A thread that Ada began in a room. */
let shared: ThreadKey;

const threadIn = (room: string, root: string | null) => JSON.stringify({ team: 'T1', room, root }) as ThreadKey;
const openChannel = async (): Promise<Channel> => {
  const opened = createSlackChannel({ botToken: 'xoxb-lab', signingSecret: 'shh', apiUrl: lab.url });
  await opened.start(async (event) => void (event && events.push(event)));
  return opened;
};
const open = async (options: Partial<SlackLabOptions> = {}): Promise<void> => {
  events = [];
  lab = await openSlackLab({
    signingSecret: 'shh',
    botToken: 'xoxb-lab',
    teamId: 'T1',
    rateLimits: 'off',
    scopes: manifest.oauth_config.scopes.bot,
    botEvents: manifest.settings.event_subscriptions.bot_events,
    ...options,
  });
  lab.addUser({ id: 'UADA', name: 'Ada Byron' });
  lab.addRoom({ id: 'DADA', name: 'Ada', kind: 'im', user: 'UADA' });
  lab.addRoom({ id: 'CHELP', name: 'help', kind: 'channel' });
  channel = await openChannel();
  server = await createWebhookServer(channel);
  lab.setEventsUrl(`${server.url}/channels/slack/events`);
  direct = threadIn('UADA', await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'Hi' }));
  shared = threadIn('CHELP', await lab.pane.say({ room: 'CHELP', user: 'UADA', text: `<@${lab.botUserId}> hi` }));
  await vi.waitFor(() => expect(events).toHaveLength(3));
};
const close = async (): Promise<void> => {
  await channel.stop();
  await server[Symbol.asyncDispose]();
  await lab.close();
};
beforeEach(() => open());
afterEach(async () => {
  vi.useRealTimers();
  await close();
});

const ours = (room = 'DADA') => lab.pane.view(room).messages.filter(({ author }) => author.role === 'bot');
const texts = (room = 'DADA') => ours(room).map(({ text }) => text);
/** The Stop button is shown while the session is processing. */
const hasSession = (status: string) =>
  vi.waitFor(() => {
    const { rooms } = lab.state() as { rooms: { id: string; sessions: Record<string, string> }[] };
    const { root } = JSON.parse(direct) as { root: string };
    expect(rooms.find(({ id }) => id === 'DADA')?.sessions).toEqual({ [root]: status });
  });
const wire = (room: string) =>
  (lab.state() as { rooms: { id: string; messages: Record<string, any>[] }[] }).rooms
    .find(({ id }) => id === room)!
    .messages.at(-1)!;
/** Only what is stored between two processes. */
const stored = (sent: SentMessage): SentMessage => JSON.parse(JSON.stringify(sent)) as SentMessage;
const part = (text: string): OutboundMessage => ({ text, by: 'assistant', partial: true });
const begin = (thread: ThreadKey = direct, key = 'turn:1') => channel.send(thread, part('Returns are free.'), key);
const grow = (sent: SentMessage, text: string, on = channel) => on.edit!(sent, part(text));
const whole = {
  text: 'Returns are free. Within 45 days [1].',
  by: 'assistant',
  asksFeedback: true,
  suggestions: ['Can I return a gift?'],
  citations: [{ number: 1, title: 'Returns', url: 'https://help.example/returns' }],
  actions: [{ id: 'human', label: 'Ask a human' }],
} satisfies OutboundMessage;
const wholeShown = expect.stringMatching(/^Returns are free\. Within 45 days \[1\]\.\n\n\[1\] /);
const fault = (method: string, rule: Record<string, unknown>) =>
  lab.setFaults([{ server: 'slack', method, times: 1, ...rule } as never]);

test('an answer in a thread grows as one stream, and ends with its sources, buttons and thumbs', async () => {
  const sent = await begin();
  expect(ours()).toMatchObject([{ text: 'Returns are free.', status: 'streaming' }]);
  expect(wire('DADA')['blocks'][0]).toMatchObject({ type: 'task_card', task_id: 'turn:1', status: 'in_progress' });
  expect(sent.thread).toBe(direct);
  await grow(sent, 'Returns are free. Within 45 days [1].');
  expect(texts()).toEqual(['Returns are free. Within 45 days [1].']);
  await hasSession('processing');
  const calls = lab.calls();
  await channel.edit!(sent, whole);
  expect(lab.calls()).toBe(calls + 1);
  await hasSession('active');
  expect(ours()).toMatchObject([{ text: wholeShown, edited: false, markup: 'markdown' }]);
  expect(ours()[0]?.status).toBeUndefined();
  expect(ours()[0]?.actions.map(({ id }) => id)).toEqual(['human', 'says:0', 'judges#positive', 'judges#negative']);
  expect(wire('DADA')).toMatchObject({
    blocks: [{ type: 'task_card', status: 'complete' }, {}, {}, {}, {}, {}],
    metadata: { event_payload: { key: 'turn:1' } },
  });
  await channel.edit!(stored(sent), { text: 'Forty-five days.' });
  expect(ours()).toMatchObject([{ text: 'Forty-five days.', edited: true }]);
});

test('what is said at the top of direct messages has no thread to stream in: it is posted and edited', async () => {
  const sent = await channel.send(threadIn('UADA', null), part('Returns are free.'), 'turn:1');
  expect(ours()).toMatchObject([{ text: 'Returns are free.', thread: null }]);
  expect(ours()[0]?.status).toBeUndefined();
  await channel.edit!(sent, whole);
  expect(ours()).toMatchObject([{ text: wholeShown, edited: true }]);
});

test('trap 9: a stream in a room names its reader and their workspace; where nobody is known it is a post', async () => {
  await begin(shared);
  expect(ours('CHELP')).toMatchObject([{ status: 'streaming' }]);
  // Heard by another process: whoever began the thread is asked for.
  const another = await openChannel();
  await another.send(shared, part('Returns are free.'), 'turn:2');
  expect(ours('CHELP')[1]).toMatchObject({ status: 'streaming' });
  const card = await channel.send(threadIn('CHELP', null), { text: 'A case' }, 'card');
  await channel.send(card.thread, part('Noted.'), 'turn:3');
  expect(ours('CHELP').at(-1)).toMatchObject({ text: 'Noted.', thread: expect.any(String) });
  expect(ours('CHELP').at(-1)?.status).toBeUndefined();
});

test('trap 8: writes that overlap neither lose nor double a word', async () => {
  const sent = await begin();
  await Promise.all([
    grow(sent, 'Returns are free. Two.'),
    grow(sent, 'Returns are free. Two. Three.'),
    grow(sent, 'Returns are free. Two. Three. Four.'),
    channel.edit!(sent, { text: 'Returns are free. Two. Three. Four. Five.' }),
  ]);
  expect(texts()).toEqual(['Returns are free. Two. Three. Four. Five.']);
});

describe('trap 7: a stream is not left to the five minutes after which it dies', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

  test('after four the same message goes on by updates', async () => {
    const sent = await begin();
    later(241);
    await grow(sent, 'Returns are free. Two.');
    expect(ours()).toMatchObject([{ text: 'Returns are free. Two.', edited: true }]);
    expect(channel.budget!(direct, 'edit').scope).toBe('update T1');
    await channel.edit!(sent, whole);
    expect(ours()).toMatchObject([{ text: wholeShown }]);
    expect(ours()[0]?.status).toBeUndefined();
  });

  test('the whole text lands on one that has died', async () => {
    const sent = await begin();
    later(301);
    await channel.edit!(sent, whole);
    expect(ours()).toMatchObject([{ text: wholeShown, edited: true }]);
  });

  test('words that came too late for it are shown by an update, and found again by their key', async () => {
    const since = new Date();
    const sent = await begin();
    later(239);
    await grow(sent, 'Returns are free. Two.');
    later(62);
    await channel.edit!(sent, whole);
    expect(await channel.findSent!(direct, 'turn:1', since, whole)).toMatchObject({ message: sent.message });
  });
});

test('the next chunk of a text with an open fence is appended to it, and not to what closed it', async () => {
  const sent = await channel.send(direct, part('```sh\nnpm ci\n```'), 'turn:1');
  expect(texts()).toEqual(['```sh\nnpm ci']);
  await grow(sent, '```sh\nnpm ci\nnpm start\n```');
  await channel.edit!(sent, { text: '```sh\nnpm ci\nnpm start\n```\nDone.' });
  expect(ours()).toMatchObject([{ text: '```sh\nnpm ci\nnpm start\n```\nDone.', edited: false }]);
});

describe('a call without a known end', () => {
  const lost = { fault: 'applied_then_cut' };

  test('at the start leaves a stream that is found by its task and ended, by any process', async () => {
    const since = new Date();
    fault('chat.startStream', lost);
    await expect(begin()).rejects.toMatchObject({ reason: 'ambiguous' });
    expect(texts()).toEqual(['Returns are free.']);
    expect(await channel.findSent!(direct, 'turn:2', since, whole)).toBeNull();
    const another = await openChannel();
    const found = await another.findSent!(direct, 'turn:1', since, whole);
    await another.edit!(stored(found!), whole);
    expect(ours()).toMatchObject([{ text: wholeShown }]);
    expect(ours()[0]?.status).toBeUndefined();
  });

  test('in the middle doubles nothing: the message goes on by updates', async () => {
    const sent = await begin();
    fault('chat.appendStream', lost);
    await expect(grow(sent, 'Returns are free. Two.')).rejects.toMatchObject({ reason: 'ambiguous' });
    await grow(sent, 'Returns are free. Two. Three.');
    expect(texts()).toEqual(['Returns are free. Two. Three.']);
    await channel.edit!(sent, whole);
    expect(ours()).toMatchObject([{ text: wholeShown }]);
  });

  test.each(['applied_then_cut', 'cut'])('at the end (%s) is made good by writing the whole again', async (kind) => {
    const sent = await begin();
    fault('chat.stopStream', { fault: kind });
    await expect(channel.edit!(sent, whole)).rejects.toMatchObject({ reason: 'ambiguous' });
    await channel.edit!(sent, whole);
    await channel.edit!(sent, whole);
    expect(ours()).toMatchObject([{ text: wholeShown }]);
    expect(ours()[0]?.status).toBeUndefined();
  });
});

test('a stream whose process died is ended by the one that goes on, which knows only what was stored', async () => {
  const sent = stored(await begin());
  const another = await openChannel();
  await grow(sent, 'Returns are free of charge.', another);
  expect(ours()).toMatchObject([{ text: 'Returns are free of charge.' }]);
  expect(ours()[0]?.status).toBeUndefined();
  // Overtaken, and not dead: what it appends is refused.
  await expect(grow(sent, 'Returns are free. Two.')).rejects.toMatchObject({
    code: 'message_not_in_streaming_state',
  });
  await another.edit!(sent, whole);
  expect(ours()).toMatchObject([{ text: wholeShown }]);
});

test('the whole text wins over what was streamed before it', async () => {
  const sent = await begin();
  await grow(sent, 'Something else altogether.');
  expect(texts()).toEqual(['Returns are free.']);
  await channel.edit!(sent, { text: 'Something else altogether.' });
  expect(ours()).toMatchObject([{ text: 'Something else altogether.' }]);
  expect(ours()[0]?.status).toBeUndefined();
});

test('who presses Stop is told of, grows no more, and keeps the end of the answer', async () => {
  const sent = await begin();
  const { ts } = JSON.parse(sent.message) as { ts: string };
  await hasSession('processing');
  lab.stopStream({ room: 'DADA', user: 'UADA', message: ts });
  await vi.waitFor(() =>
    expect(events.at(-1)).toMatchObject({ kind: 'stopped', thread: direct, sender: { id: 'UADA' } }),
  );
  for (const text of ['Returns are free. Two.', 'Returns are free. Two. Three.'])
    await expect(grow(sent, text)).rejects.toMatchObject({ code: 'stopped_by_user' });
  expect(texts()).toEqual(['Returns are free.']);
  await channel.edit!(sent, { text: 'Returns are free.', actions: whole.actions });
  expect(ours()).toMatchObject([{ text: 'Returns are free.', actions: [{ id: 'human' }] }]);
  await hasSession('active');
});

describe('where no stream can be started the answer is posted and edited', () => {
  const isPosted = async (key = 'turn:1') => {
    const sent = await begin(direct, key);
    expect(ours().at(-1)).toMatchObject({ text: 'Returns are free.' });
    expect(ours().at(-1)?.status).toBeUndefined();
    await channel.edit!(sent, whole);
    expect(ours().at(-1)).toMatchObject({ text: wholeShown });
  };

  test('as the workspace has none, which is asked once', async () => {
    await close();
    await open({ methodsMissing: ['chat.startStream'] });
    await isPosted();
    const calls = lab.calls();
    await isPosted('turn:2');
    expect(lab.calls()).toBe(calls + 2);
  });

  test('as the platform says to wait', async () => {
    fault('chat.startStream', { fault: 'rate_limit', retryAfterSeconds: 30 });
    await isPosted();
  });

  test('as more than its limit of 20 a minute would begin', async () => {
    await close();
    await open({ rateLimits: 'on' });
    const sent: SentMessage[] = [];
    for (let number = 0; number < 7; number += 1) sent.push(await channel.send(direct, part('One.'), `turn:${number}`));
    expect(ours().filter(({ status }) => status === 'streaming')).toHaveLength(5);
    for (const one of sent) await channel.edit!(one, { text: 'One. Two.' });
    expect(texts()).toEqual(Array.from({ length: 7 }, () => 'One. Two.'));
    expect(lab.rateLimited()).toBe(0);
  });
});

test('edits in a thread that streams are counted apart from updates, and below their own limit', async () => {
  expect(channel.budget!(direct, 'edit').scope).toBe('update T1');
  await begin();
  const { scope, size, refillPerMinute } = channel.budget!(direct, 'edit');
  expect(scope).toBe('append T1');
  expect(size + refillPerMinute).toBeLessThanOrEqual(100);
});
