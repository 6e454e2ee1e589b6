import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InboundAction } from '#core/channel.ts';
import { createDiscordChannel } from './channel.ts';
import { placeOf } from './keys.ts';
import { openOnLab, type OnLab } from './on-lab.ts';

let on: OnLab;

beforeEach(async () => {
  on = await openOnLab();
  await on.start();
});
afterEach(() => on[Symbol.asyncDispose]());

const actions = () => on.events.filter((event): event is InboundAction => event?.kind === 'action');
const held = (id: string) =>
  (on.lab.state() as { messages: ({ id: string } & Record<string, unknown>)[] }).messages.find((one) => one.id === id);

test('trap 28: a direct message becomes an event, and is answered and edited in place', async () => {
  const message = await on.heard(on.direct, 'Where is my order?');
  expect(message).toMatchObject({
    channel: 'discord',
    id: on.shown(on.direct)[0]?.id,
    text: 'Where is my order?',
    setting: 'direct',
    addressed: true,
    sender: { id: on.ada, organization: 'direct', displayName: 'Ada' },
  });
  await on.channel.showTyping!(message.thread, 'writing');
  expect(on.lab.pane.view(on.direct).typing).toMatch(/typing/);
  const sent = await on.channel.send(message.thread, { text: 'On its **way**.' }, 'turn:1');
  expect(sent.thread).toBe(message.thread);
  await on.channel.edit!(sent, { text: 'It has arrived.' });
  expect(on.shown(on.direct)[1]).toMatchObject({ text: 'It has arrived.', edited: true, author: { role: 'bot' } });
});

test('only a mention of the bot itself addresses it', async () => {
  expect(await on.heard(on.room, 'just talking')).toMatchObject({
    addressed: false,
    setting: 'group',
    sender: { organization: on.lab.guildId },
  });
  expect(await on.heard(on.room, '@everyone look')).toMatchObject({ addressed: false });
  expect(await on.heard(on.room, `<@${on.lab.bot.id}> help, <@${on.ada}> says`)).toMatchObject({
    addressed: true,
    text: 'help, @Ada says',
  });
});

test('the words of bots are counted and forgotten', async () => {
  const { thread } = await on.heard(on.direct, 'Hi');
  await on.channel.send(thread, { text: 'Hello.' }, 'turn:1');
  await expect.poll(() => on.events.length).toBe(2);
  expect(on.events[1]).toBeNull();
});

test('trap 39: one delivery key shows one message, and it can be found again', async () => {
  const { thread } = await on.heard(on.direct, 'Hi');
  const since = new Date(Date.now() - 1000);
  expect(await on.channel.findSent!(thread, 'turn:1', since, { text: '' })).toBeNull();
  const first = await on.channel.send(thread, { text: 'Hello.' }, 'turn:1');
  expect(await on.channel.send(thread, { text: 'Hello.' }, 'turn:1')).toEqual(first);
  expect(on.shown(on.direct)).toHaveLength(2);
  expect(await on.channel.findSent!(thread, 'turn:1', since, { text: '' })).toEqual(first);
  await on.channel.send(thread, { text: 'Hello.' }, 'turn:2');
  expect(on.shown(on.direct)).toHaveLength(3);
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
  const desk = on.channel.room!(on.room);
  const sent = await on.channel.send(desk, card, 'case:7');
  const posted = on.shown(on.room)[0]!;
  expect(posted.text).toBe('**Case 7**\nAngry customer\n**Plan:** Pro');
  expect(posted.actions).toEqual([
    { id: 'claim', label: 'Claim', style: 'primary' },
    { id: 'reply:asks', label: 'Reply', style: 'plain', asks: 'Reply' },
    { id: 'close', label: 'Close', style: 'danger' },
  ]);
  await on.channel.send(sent.thread, { text: 'The story so far' }, 'case:7:story');
  expect(on.shown(on.room)[1]).toMatchObject({ text: 'The story so far', thread: posted.id });
  expect(await on.heard(on.room, 'I take it', posted.id)).toMatchObject({ thread: sent.thread, text: 'I take it' });
  expect(await on.channel.send(desk, card, 'case:7')).toEqual(sent);
  expect(await on.channel.findSent!(desk, 'case:7', new Date(0), { text: '' })).toEqual(sent);
});

test('buttons bring what was pressed, with the text where one was asked for', async () => {
  const sent = await on.channel.send(on.channel.room!(on.room), card, 'case:7');
  const { id } = on.shown(on.room)[0]!;
  await on.lab.pane.press({ room: on.room, user: on.ada, message: id, action: 'claim' });
  await on.lab.pane.press({ room: on.room, user: on.ada, message: id, action: 'reply:asks', text: 'Try again' });
  expect(actions()).toMatchObject([
    {
      action: 'claim',
      message: sent.message,
      thread: sent.thread,
      sender: { id: on.ada, displayName: 'Ada', locale: 'en-US' },
    },
    { action: 'reply', text: 'Try again', message: sent.message, thread: sent.thread },
  ]);
  expect(actions()[0]?.text).toBeUndefined();
  await on.channel.edit!(sent, { text: 'Done', title: 'Case 7' });
  expect(on.shown(on.room)[0]?.actions).toEqual([]);
});

test('a press that could not be stored is told as failed', async () => {
  await using quick = await openOnLab({ interactionMsMax: 300 });
  await quick.start();
  await quick.channel.send(quick.channel.room!(quick.room), card, 'case:7');
  quick.receive = () => Promise.reject(new Error('the database is away'));
  const { id } = quick.shown(quick.room)[0]!;
  const press = quick.lab.pane.press({ room: quick.room, user: quick.ada, message: id, action: 'claim' });
  await expect(press).rejects.toThrow('failed');
});

test('a message that could not be stored at first is stored later, and before the next one', async () => {
  let isAway = true;
  on.receive = async (event) => {
    if (isAway) {
      isAway = false;
      throw new Error('the database is away');
    }
    on.events.push(event);
  };
  await on.say(on.direct, 'first');
  await on.say(on.direct, 'second');
  await expect.poll(() => on.messages().map(({ text }) => text)).toEqual(['first', 'second']);
});

test('nothing the bot says pings, on the wire', async () => {
  const { thread } = await on.heard(on.direct, 'Hi');
  const sent = await on.channel.send(
    thread,
    {
      text: `@everyone <@${on.ada}> [1]`,
      citations: [{ number: 1, title: 'Returns', url: 'https://help.example/returns' }],
    },
    'turn:1',
  );
  const id = on.shown(on.direct)[1]!.id;
  expect(held(id)).toMatchObject({ mention_everyone: false, mentions: [], allowedMentions: { parse: [] }, flags: 4 });
  expect(held(id)?.content).toBe(
    `@\u{200b}everyone <\u{200b}@${on.ada}> [1]\n-# [1] [Returns](<https://help.example/returns>)`,
  );
  await on.channel.edit!(sent, { text: '@here' });
  expect(held(id)).toMatchObject({ mention_everyone: false, allowedMentions: { parse: [] } });
});

test('a room that is not there is unreachable', async () => {
  await expect(
    on.channel.send(on.channel.room!('99999999999999999'), { text: 'Hello' }, 'turn:1'),
  ).rejects.toMatchObject({
    name: 'ChannelError',
    reason: 'unreachable',
    code: '10003',
  });
});

test('trap 30: an edit over the rate is refused at once with the time to wait', async () => {
  await using limited = await openOnLab({ rateLimits: 'on' });
  await limited.start();
  const { thread } = await limited.heard(limited.direct, 'Hi');
  const sent = await limited.channel.send(thread, { text: '0' }, 'turn:1');
  const edits = [];
  for (let count = 1; count <= 8; count += 1)
    edits.push(await limited.channel.edit!(sent, { text: String(count) }).catch((error: unknown) => error));
  expect(edits.filter(Boolean)[0]).toMatchObject({ reason: 'rate_limited', retryAfterMs: expect.any(Number) });
});

test('health follows the gateway, and a wrong token is told at the start', async () => {
  expect(await on.channel.health!()).toEqual({ ok: true });
  await on.channel.stop();
  expect(await on.channel.health!()).toMatchObject({ ok: false });
  const wrong = createDiscordChannel({ token: 'wrong', apiUrl: on.lab.url });
  await expect(wrong.start(async () => {})).rejects.toThrow('Discord: An invalid token was provided');
  await expect(wrong.start(async () => {})).rejects.toThrow('Discord: the token is not accepted');
  const other = createDiscordChannel({ token: 'token', apiUrl: on.lab.url, applicationId: '111111111111111111' });
  await expect(other.start(async () => {})).rejects.toThrow('application');
});

test('an application without the content intent is told which switch is off', async () => {
  await using without = await openOnLab({ privilegedIntents: 0 });
  await expect(without.start()).rejects.toThrow('content intent');
});

test('what a person changes, judges and takes back arrives over the wire, in order', async () => {
  const message = await on.heard(on.direct, 'Where is my order?');
  const sent = await on.channel.send(message.thread, { text: 'On its way.' }, 'turn:1');
  await on.channel.edit!(sent, { text: 'It has arrived.' });
  on.lab.edit(message.id, 'Where is my parcel?');
  on.lab.react(on.shown(on.direct)[1]!.id, on.ada, '👍');
  on.lab.remove(message.id);
  const changes = () => on.events.filter((event) => event !== null && event.kind !== 'message');
  await expect.poll(() => changes().length).toBe(3);
  expect(changes()).toMatchObject([
    { kind: 'edited', of: message.id, text: 'Where is my parcel?' },
    { kind: 'feedback', message: sent.message, rating: 'good', sender: { id: on.ada, organization: 'direct' } },
    { kind: 'deleted', of: message.id },
  ]);
});

/** Somebody archives or locks a thread. */
const setThread = (id: string, change: { archived: boolean; locked?: boolean }) =>
  fetch(`${on.lab.url}/v10/channels/${id}`, {
    method: 'PATCH',
    headers: { authorization: 'Bot token', 'content-type': 'application/json' },
    body: JSON.stringify(change),
  });

test('trap 33: an edit in a thread that was archived opens it again', async () => {
  const sent = await on.channel.send(on.channel.room!(on.room), card, 'case:9');
  const { room: inside } = JSON.parse(sent.thread) as { room: string };
  const posted = await on.channel.send(sent.thread, { text: 'First.' }, 'note:1');
  await setThread(inside, { archived: true });
  await on.channel.edit!(posted, { text: 'Second.' });
  expect(held(placeOf(posted.message).message)).toMatchObject({ content: 'Second.' });
});

test('trap 33: what is sent to a thread that was archived opens it again, and a locked one refuses', async () => {
  const sent = await on.channel.send(on.channel.room!(on.room), card, 'case:9');
  const { room: inside } = JSON.parse(sent.thread) as { room: string };
  await setThread(inside, { archived: true });
  await on.channel.send(sent.thread, { text: 'First.' }, 'note:1');
  await setThread(inside, { archived: true, locked: true });
  await expect(on.channel.send(sent.thread, { text: 'Second.' }, 'note:2')).rejects.toMatchObject({
    reason: 'unreachable',
    code: '160005',
  });
  await expect(on.channel.send(on.channel.room!(on.room), { text: 'Third.' }, 'note:3')).resolves.toBeDefined();
});

test('trap 31: a server that is away for a while is not one that we were put out of', async () => {
  const { thread } = await on.heard(on.room, `<@${on.lab.bot.id}> hello`);
  on.lab.deliver({ t: 'GUILD_DELETE', d: { id: on.lab.guildId, unavailable: true } });
  await on.channel.send(thread, { text: 'Still here.' }, 'turn:1');
  expect(await on.heard(on.room, `<@${on.lab.bot.id}> and now?`)).toMatchObject({ thread, addressed: true });
});
