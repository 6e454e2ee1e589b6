import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Channel, InboundAction, InboundEvent, InboundMessage } from '#core/channel.ts';
import { openDiscordLab, type DiscordLab } from '#lab/discord/server.ts';
import { createDiscordChannel } from './channel.ts';
import { placeOf } from './keys.ts';

let lab: DiscordLab;
let channel: Channel;
let events: (InboundEvent | null)[];
let receive: (event: InboundEvent | null) => Promise<void>;
let ada: string;
let room: string;
let direct: string;

beforeEach(async () => {
  lab = await openDiscordLab({ token: 'token', rateLimits: 'off' });
  ada = lab.addUser({ name: 'Ada' }).id;
  room = lab.addRoom({ type: 'text', name: 'help' });
  direct = lab.addRoom({ type: 'direct', user: ada });
  channel = createDiscordChannel({ token: 'token', apiUrl: `${lab.url}/v10` });
  events = [];
  receive = async (event) => void events.push(event);
  await channel.start((event) => receive(event));
});
afterEach(async () => {
  await channel.stop();
  await lab.close();
});

const messages = () => events.filter((event): event is InboundMessage => event?.kind === 'message');
const actions = () => events.filter((event): event is InboundAction => event?.kind === 'action');
const shown = (of: string) => lab.pane.view(of).messages;
const held = (id: string) =>
  (lab.state() as { messages: ({ id: string } & Record<string, unknown>)[] }).messages.find((one) => one.id === id);

async function heard(of: string, text: string, thread?: string): Promise<InboundMessage> {
  const before = messages().length;
  await lab.pane.say({ room: of, user: ada, text, ...(thread ? { thread } : {}) });
  await expect.poll(() => messages().length).toBe(before + 1);
  return messages().at(-1)!;
}

test('trap 28: a direct message becomes an event, and is answered and edited in place', async () => {
  const message = await heard(direct, 'Where is my order?');
  expect(message).toMatchObject({
    channel: 'discord',
    id: shown(direct)[0]?.id,
    text: 'Where is my order?',
    setting: 'direct',
    addressed: true,
    sender: { id: ada, organization: 'direct', displayName: 'Ada' },
  });
  await channel.showTyping!(message.thread, 'writing');
  expect(lab.pane.view(direct).typing).toMatch(/typing/);
  const sent = await channel.send(message.thread, { text: 'On its **way**.' }, 'turn:1');
  expect(sent.thread).toBe(message.thread);
  await channel.edit!(sent, { text: 'It has arrived.' });
  expect(shown(direct)[1]).toMatchObject({ text: 'It has arrived.', edited: true, author: { role: 'bot' } });
});

test('only a mention of the bot itself addresses it', async () => {
  expect(await heard(room, 'just talking')).toMatchObject({
    addressed: false,
    setting: 'group',
    sender: { organization: lab.guildId },
  });
  expect(await heard(room, '@everyone look')).toMatchObject({ addressed: false });
  expect(await heard(room, `<@${lab.bot.id}> help, <@${ada}> says`)).toMatchObject({
    addressed: true,
    text: 'help, @Ada says',
  });
});

test('the words of bots are counted and forgotten', async () => {
  const { thread } = await heard(direct, 'Hi');
  await channel.send(thread, { text: 'Hello.' }, 'turn:1');
  await expect.poll(() => events.length).toBe(2);
  expect(events[1]).toBeNull();
});

test('trap 39: one delivery key shows one message, and it can be found again', async () => {
  const { thread } = await heard(direct, 'Hi');
  const since = new Date(Date.now() - 1000);
  expect(await channel.findSent!(thread, 'turn:1', since, { text: '' })).toBeNull();
  const first = await channel.send(thread, { text: 'Hello.' }, 'turn:1');
  expect(await channel.send(thread, { text: 'Hello.' }, 'turn:1')).toEqual(first);
  expect(shown(direct)).toHaveLength(2);
  expect(await channel.findSent!(thread, 'turn:1', since, { text: '' })).toEqual(first);
  await channel.send(thread, { text: 'Hello.' }, 'turn:2');
  expect(shown(direct)).toHaveLength(3);
});

const card = {
  text: 'Angry customer',
  title: 'Case 7',
  facts: [{ label: 'Plan', value: 'Pro' }],
  actions: [
    { id: 'claim', label: 'Claim', style: 'primary' },
    { id: 'reply', label: 'Reply', asks: 'Your reply' },
    { id: 'close', label: 'Close', style: 'danger' },
  ],
} as const;

test('a case in a room opens a thread, and what is said there arrives in it', async () => {
  const desk = channel.room!(room);
  const sent = await channel.send(desk, card, 'case:7');
  const posted = shown(room)[0]!;
  expect(posted.text).toBe('**Case 7**\nAngry customer\n**Plan:** Pro');
  expect(posted.actions).toEqual([
    { id: 'claim', label: 'Claim', style: 'primary' },
    { id: 'reply:asks', label: 'Reply', style: 'plain', asks: 'Reply' },
    { id: 'close', label: 'Close', style: 'danger' },
  ]);
  await channel.send(sent.thread, { text: 'The story so far' }, 'case:7:story');
  expect(shown(room)[1]).toMatchObject({ text: 'The story so far', thread: posted.id });
  expect(await heard(room, 'I take it', posted.id)).toMatchObject({ thread: sent.thread, text: 'I take it' });
  expect(await channel.send(desk, card, 'case:7')).toEqual(sent);
  expect(await channel.findSent!(desk, 'case:7', new Date(0), { text: '' })).toEqual(sent);
});

test('buttons bring what was pressed, with the text where one was asked for', async () => {
  const sent = await channel.send(channel.room!(room), card, 'case:7');
  const { id } = shown(room)[0]!;
  await lab.pane.press({ room, user: ada, message: id, action: 'claim' });
  await lab.pane.press({ room, user: ada, message: id, action: 'reply:asks', text: 'Try again' });
  expect(actions()).toMatchObject([
    {
      action: 'claim',
      message: sent.message,
      thread: sent.thread,
      sender: { id: ada, displayName: 'Ada', locale: 'en-US' },
    },
    { action: 'reply', text: 'Try again', message: sent.message, thread: sent.thread },
  ]);
  expect(actions()[0]?.text).toBeUndefined();
  await channel.edit!(sent, { text: 'Done', title: 'Case 7' });
  expect(shown(room)[0]?.actions).toEqual([]);
});

test('a press that could not be stored is told as failed', async () => {
  await lab.close();
  await channel.stop();
  lab = await openDiscordLab({ token: 'token', rateLimits: 'off', interactionMsMax: 300 });
  ada = lab.addUser({ name: 'Ada' }).id;
  room = lab.addRoom({ type: 'text', name: 'desk' });
  channel = createDiscordChannel({ token: 'token', apiUrl: lab.url });
  await channel.start((event) => receive(event));
  await channel.send(channel.room!(room), card, 'case:7');
  receive = () => Promise.reject(new Error('the database is away'));
  await expect(lab.pane.press({ room, user: ada, message: shown(room)[0]!.id, action: 'claim' })).rejects.toThrow(
    'failed',
  );
});

test('a message that could not be stored at first is stored later, and before the next one', async () => {
  let isAway = true;
  receive = async (event) => {
    if (isAway) {
      isAway = false;
      throw new Error('the database is away');
    }
    events.push(event);
  };
  await lab.pane.say({ room: direct, user: ada, text: 'first' });
  await lab.pane.say({ room: direct, user: ada, text: 'second' });
  await expect.poll(() => messages().map(({ text }) => text)).toEqual(['first', 'second']);
});

test('nothing the bot says pings, on the wire', async () => {
  const { thread } = await heard(direct, 'Hi');
  const sent = await channel.send(
    thread,
    {
      text: `@everyone <@${ada}> [1]`,
      citations: [{ number: 1, title: 'Returns', url: 'https://help.example/returns' }],
    },
    'turn:1',
  );
  const id = shown(direct)[1]!.id;
  expect(held(id)).toMatchObject({ mention_everyone: false, mentions: [], allowedMentions: { parse: [] }, flags: 4 });
  expect(held(id)?.content).toBe(
    `@\u{200b}everyone <\u{200b}@${ada}> [1]\n-# [1] [Returns](<https://help.example/returns>)`,
  );
  await channel.edit!(sent, { text: '@here' });
  expect(held(id)).toMatchObject({ mention_everyone: false, allowedMentions: { parse: [] } });
});

test('a room that is not there is unreachable', async () => {
  await expect(channel.send(channel.room!('99999999999999999'), { text: 'Hello' }, 'turn:1')).rejects.toMatchObject({
    name: 'ChannelError',
    reason: 'unreachable',
    code: '10003',
  });
});

test('trap 30: an edit over the rate is refused at once with the time to wait', async () => {
  await lab.close();
  await channel.stop();
  lab = await openDiscordLab({ token: 'token' });
  ada = lab.addUser({ name: 'Ada' }).id;
  direct = lab.addRoom({ type: 'direct', user: ada });
  channel = createDiscordChannel({ token: 'token', apiUrl: lab.url });
  await channel.start((event) => receive(event));
  const sent = await channel.send((await heard(direct, 'Hi')).thread, { text: '0' }, 'turn:1');
  const edits = [];
  for (let count = 1; count <= 8; count += 1)
    edits.push(await channel.edit!(sent, { text: String(count) }).catch((error: unknown) => error));
  expect(edits.filter(Boolean)[0]).toMatchObject({ reason: 'rate_limited', retryAfterMs: expect.any(Number) });
});

test('health follows the gateway, and a wrong token is told at the start', async () => {
  expect(await channel.health!()).toEqual({ ok: true });
  await channel.stop();
  expect(await channel.health!()).toMatchObject({ ok: false });
  const wrong = createDiscordChannel({ token: 'wrong', apiUrl: lab.url });
  await expect(wrong.start(async () => {})).rejects.toThrow('Discord');
  const other = createDiscordChannel({ token: 'token', apiUrl: lab.url, applicationId: '111111111111111111' });
  await expect(other.start(async () => {})).rejects.toThrow('application');
});

test('an application without the content intent is told which switch is off', async () => {
  await lab.close();
  await channel.stop();
  lab = await openDiscordLab({ token: 'token', privilegedIntents: 0 });
  channel = createDiscordChannel({ token: 'token', apiUrl: lab.url });
  await expect(channel.start(async () => {})).rejects.toThrow('content intent');
});

test('what a person changes, judges and takes back arrives over the wire, in order', async () => {
  const message = await heard(direct, 'Where is my order?');
  const sent = await channel.send(message.thread, { text: 'On its way.' }, 'turn:1');
  await channel.edit!(sent, { text: 'It has arrived.' });
  lab.edit(message.id, 'Where is my parcel?');
  lab.react(shown(direct)[1]!.id, ada, '👍');
  lab.remove(message.id);
  const changes = () => events.filter((event) => event !== null && event.kind !== 'message');
  await expect.poll(() => changes().length).toBe(3);
  expect(changes()).toMatchObject([
    { kind: 'edited', of: message.id, text: 'Where is my parcel?' },
    { kind: 'feedback', message: sent.message, rating: 'good', sender: { id: ada, organization: 'direct' } },
    { kind: 'deleted', of: message.id },
  ]);
});

/** Somebody archives or locks a thread. */
const setThread = (id: string, change: { archived: boolean; locked?: boolean }) =>
  fetch(`${lab.url}/v10/channels/${id}`, {
    method: 'PATCH',
    headers: { authorization: 'Bot token', 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });

test('trap 33: an edit in a thread that was archived opens it again', async () => {
  const sent = await channel.send(channel.room!(room), card, 'case:9');
  const { room: inside } = JSON.parse(sent.thread) as { room: string };
  const posted = await channel.send(sent.thread, { text: 'First.' }, 'note:1');
  await setThread(inside, { archived: true });
  await channel.edit!(posted, { text: 'Second.' });
  expect(held(placeOf(posted.message).message)).toMatchObject({ content: 'Second.' });
});

test('trap 33: what is sent to a thread that was archived opens it again, and a locked one refuses', async () => {
  const sent = await channel.send(channel.room!(room), card, 'case:9');
  const { room: inside } = JSON.parse(sent.thread) as { room: string };
  await setThread(inside, { archived: true });
  await channel.send(sent.thread, { text: 'First.' }, 'note:1');
  await setThread(inside, { archived: true, locked: true });
  await expect(channel.send(sent.thread, { text: 'Second.' }, 'note:2')).rejects.toMatchObject({
    reason: 'unreachable',
    code: '160005',
  });
  await expect(channel.send(channel.room!(room), { text: 'Third.' }, 'note:3')).resolves.toBeDefined();
});

test('trap 31: a server that is away for a while is not one that we were put out of', async () => {
  const { thread } = await heard(room, `<@${lab.bot.id}> hello`);
  lab.deliver({ t: 'GUILD_DELETE', d: { id: lab.guildId, unavailable: true } });
  await channel.send(thread, { text: 'Still here.' }, 'turn:1');
  expect(await heard(room, `<@${lab.bot.id}> and now?`)).toMatchObject({ thread, addressed: true });
});
