import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TurnContext } from 'botbuilder';
import { startBot, type RealBot } from './real-bot.ts';
import { openTeamsLab, type TeamsLab } from './server.ts';

const appId = '11111111-2222-3333-4444-555555555555';
let lab: TeamsLab;
let bot: RealBot;
let onTurn: (context: TurnContext) => Promise<unknown>;
let seen: TurnContext['activity'][];
let streamTime: number;

beforeEach(async () => {
  streamTime = Date.now();
  lab = await openTeamsLab({ appId, appPassword: 'secret', tenantId: 'tenant-1', now: () => streamTime });
  seen = [];
  onTurn = async () => {};
  bot = await startBot(lab, appId, 'secret', async (context) => {
    seen.push(context.activity);
    await onTurn(context);
  });
});
afterEach(async () => {
  await bot[Symbol.asyncDispose]();
  await lab.close();
});

const ada = () => lab.addUser({ name: 'Ada Person' });
const texts = (room: string) => lab.pane.view(room).messages.map((message) => message.text);

async function bearer(): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: appId,
    client_secret: 'secret',
    scope: 'https://api.botframework.com/.default',
  };
  const response = await fetch(`${lab.loginUrl}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function send(room: string, activity: object, token?: string) {
  const response = await fetch(`${lab.serviceUrl}v3/conversations/${encodeURIComponent(room)}/activities`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? (await bearer())}` },
    body: JSON.stringify(activity),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: (await response.json()) as Record<string, never>,
  };
}

test('the real adapter takes a message, answers it and edits the answer', async () => {
  onTurn = async (context) => {
    if (context.activity.type !== 'message') return;
    const sent = await context.sendActivity('Looking…');
    await context.updateActivity({ ...context.activity, type: 'message', id: sent?.id ?? '', text: 'Found it.' });
  };
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  await lab.pane.say({ room, user: id, text: 'Where is it?' });
  await expect.poll(() => texts(room)).toEqual(['Where is it?', 'Found it.']);
  expect(lab.pane.view(room).messages[1]).toMatchObject({ edited: true, author: { role: 'bot' } });
  expect(seen.map((activity) => activity.type)).toEqual(['installationUpdate', 'conversationUpdate', 'message']);
});

test.each([
  ['no token', () => Promise.resolve(null)],
  ['a forged signature', () => lab.token({ signedBy: 'stranger' })],
  ['a key that is not endorsed for Teams', () => lab.token({ signedBy: 'webchat' })],
  ['an expired token', () => lab.token({ expiresInSeconds: -3600 })],
  ['another audience', () => lab.token({ aud: 'somebody-else' })],
  ['another issuer', () => lab.token({ iss: 'https://sts.windows.net/' })],
  ['another service URL', () => lab.token({ serviceurl: 'https://evil.example/' })],
])('the real adapter refuses %s', async (name, makeToken) => {
  const activity = {
    type: 'message',
    id: '1',
    text: 'hi',
    channelId: 'msteams',
    serviceUrl: lab.serviceUrl,
    conversation: { id: 'a' },
    from: { id: 'b' },
  };
  const status = await lab.deliver(activity, { token: await makeToken() });
  // The adapter itself turns a bad signature into 500: a route has to map it.
  expect(status).toBe(name === 'a forged signature' ? 500 : 401);
  expect(seen).toEqual([]);
  expect(await lab.deliver(activity)).toBe(200);
});

test('a channel message starts a thread, and the answer stays in it', async () => {
  onTurn = async (context) => context.activity.type === 'message' && context.sendActivity('In the thread.');
  const { id } = ada();
  const room = await lab.addRoom({ type: 'channel', name: 'Support', members: [id] });
  const root = await lab.pane.say({ room, user: id, text: '@Firstline help' });
  await expect.poll(() => lab.pane.view(room).messages[1]?.thread).toBe(root);
  const message = seen.at(-1);
  expect(message?.conversation.id).toBe(`${room};messageid=${root}`);
  expect(message?.text).toBe('<at>Firstline</at> help');
  expect(message?.entities?.[0]).toMatchObject({ type: 'mention', mentioned: { id: `28:${appId}` } });
});

const card = (title: string) => ({
  contentType: 'application/vnd.microsoft.card.adaptive',
  content: {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [
      { type: 'TextBlock', text: title, weight: 'Bolder' },
      { type: 'TextBlock', text: 'Cannot log in' },
      { type: 'FactSet', facts: [{ title: 'Plan', value: 'Pro' }] },
      { type: 'Input.Text', id: 'reply:text', placeholder: 'Your reply' },
    ],
    actions: [
      { type: 'Action.Execute', title: 'Reply', verb: 'reply', data: { case: 7 }, style: 'positive' },
      { type: 'Action.Submit', title: 'Good', id: 'good', data: { feedback: 'good' } },
    ],
  },
});

test('a card is seen with its facts, and a press sends the typed text and shows the refreshed card', async () => {
  onTurn = async (context) => {
    if (context.activity.type !== 'invoke') return;
    const body = { statusCode: 200, type: card('').contentType, value: card('Claimed').content };
    await context.sendActivity({ type: 'invokeResponse', value: { status: 200, body } });
  };
  const { id } = ada();
  const room = await lab.addRoom({ type: 'groupChat', members: [id] });
  await send(room, { type: 'message', attachments: [card('Case 7')] });
  const [message] = lab.pane.view(room).messages;
  expect(message).toMatchObject({ title: 'Case 7', text: 'Cannot log in', facts: [{ label: 'Plan', value: 'Pro' }] });
  expect(message?.actions).toEqual([
    { id: 'reply', label: 'Reply', style: 'primary', asks: 'Your reply' },
    { id: 'good', label: 'Good', style: 'plain' },
  ]);
  const press = { room, user: id, message: message?.id ?? '', action: 'reply' };
  await expect(lab.pane.press(press)).rejects.toThrow('asks for text');
  await lab.pane.press({ ...press, text: 'Try again' });
  expect(seen.at(-1)).toMatchObject({
    name: 'adaptiveCard/action',
    value: {
      action: { type: 'Action.Execute', verb: 'reply', data: { case: 7, 'reply:text': 'Try again' } },
      trigger: 'manual',
    },
  });
  expect(lab.pane.view(room).messages[0]?.title).toBe('Claimed');
  await lab.pane.press({ room, user: id, message: message?.id ?? '', action: 'good' });
  await expect.poll(() => seen.at(-1)?.value).toEqual({ feedback: 'good' });
});

const chunk = (text: string, streamSequence: number, streamId?: string, streamType = 'streaming') => ({
  type: 'typing',
  text,
  entities: [{ type: 'streaminfo', streamType, streamSequence, ...(streamId ? { streamId } : {}) }],
});

const final = (text: string, info: object) => ({
  type: 'message',
  text,
  entities: [{ type: 'streaminfo', streamType: 'final', ...info }],
});

test('a stream grows by its prefix and ends as one message', async () => {
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const token = await bearer();
  const stream = (activity: object) => ((streamTime += 1000), send(room, activity, token));
  const started = await stream(chunk('Searching…', 1, undefined, 'informative'));
  expect(started.status).toBe(201);
  const streamId = String(started.body.id);
  expect(lab.pane.view(room)).toMatchObject({ typing: 'Searching…', messages: [] });
  expect((await stream(chunk('Open', 2, streamId))).status).toBe(202);
  expect(await stream(chunk('Close', 3, streamId))).toMatchObject({
    status: 403,
    body: { error: { code: 'ContentStreamNotAllowed' } },
  });
  expect(await stream(chunk('Open old', 2, streamId))).toMatchObject({
    status: 202,
    body: { errorCode: expect.any(String) },
  });
  expect(texts(room)).toEqual(['Open']);
  expect((await stream(chunk('Other', 1))).status).toBe(403);
  expect((await stream(final('Open settings.', { streamId }))).status).toBe(202);
  expect(texts(room)).toEqual(['Open settings.']);
  expect((await stream(chunk('Open settings. Now', 9, streamId))).status).toBe(403);
});

test('the last text of a stream extends what it showed, and has no sequence', async () => {
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const streamId = String((await send(room, chunk('Open', 1))).body.id);
  for (const [text, info] of [
    ['Close settings.', { streamId }],
    ['Open settings.', { streamId, streamSequence: 2 }],
  ] as const) {
    streamTime += 1000;
    expect((await send(room, final(text, info))).status).toBe(400);
  }
  expect(texts(room)).toEqual(['Open']);
});

test('a stream that is written to twice in a second, or longer than two minutes, is refused', async () => {
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const stream = String((await send(room, chunk('One', 1))).body.id);
  streamTime += 999;
  expect(await send(room, chunk('One two', 2, stream))).toMatchObject({ status: 429, retryAfter: '1' });
  streamTime += 1;
  expect((await send(room, chunk('One two', 2, stream))).status).toBe(202);
  streamTime += 119_001;
  expect((await send(room, chunk('One two three', 3, stream))).body).toMatchObject({
    error: { message: expect.stringContaining('exceeded streaming time') },
  });
});

test('a stopped stream and a stream outside a personal chat are refused', async () => {
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const group = await lab.addRoom({ type: 'groupChat', members: [id] });
  const stream = String((await send(room, chunk('One', 1))).body.id);
  lab.stopStream(room);
  expect((await send(room, chunk('One two', 2, stream))).body).toMatchObject({
    error: { message: expect.stringContaining('canceled by user') },
  });
  expect((await send(group, chunk('One', 1))).status).toBe(403);
});

test('the eighth send within a second is refused with the time to wait', async () => {
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const token = await bearer();
  const sends = await Promise.all(
    Array.from({ length: 8 }, (_, index) => send(room, { type: 'message', text: String(index) }, token)),
  );
  expect(sends.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, 201, 201, 201, 201, 429]);
  expect(sends.find(({ status }) => status === 429)?.retryAfter).toBe('1');
});

test('the connector refuses a stranger, a size, an empty message and a missing room', async () => {
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  expect((await send(room, { type: 'message', text: 'hi' }, 'stolen')).status).toBe(401);
  expect((await send(room, { type: 'message', text: 'x'.repeat(60_000) })).status).toBe(413);
  expect((await send(room, { type: 'message' })).status).toBe(400);
  expect(await send('19:nowhere', { type: 'message', text: 'hi' })).toMatchObject({
    status: 404,
    body: { error: { code: 'ConversationNotFound' } },
  });
  lab.block(room);
  expect((await send(room, { type: 'message', text: 'hi' })).status).toBe(403);
  const wrong = {
    grant_type: 'client_credentials',
    client_id: appId,
    client_secret: 'guess',
    scope: 'https://api.botframework.com/.default',
  };
  expect(
    (await fetch(`${lab.loginUrl}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(wrong) })).status,
  ).toBe(401);
});

test('without consent to read all messages only a mention in a group reaches the bot', async () => {
  const strict = await openTeamsLab({
    appId,
    appPassword: 'secret',
    tenantId: 'tenant-1',
    resourceSpecificConsent: false,
  });
  await using _bot = await startBot(strict, appId, 'secret', async (context) => void seen.push(context.activity));
  const { id } = strict.addUser({ name: 'Ben' });
  const room = await strict.addRoom({ type: 'groupChat', members: [id] });
  await strict.pane.say({ room, user: id, text: 'to my colleagues' });
  await strict.pane.say({ room, user: id, text: '@Firstline help' });
  await expect
    .poll(() => seen.flatMap(({ type, text }) => (type === 'message' ? [text] : [])))
    .toEqual(['<at>Firstline</at> help']);
  await strict.close();
});

test('an invoke that the bot refuses is an error for the person', async () => {
  onTurn = async (context) =>
    context.activity.type === 'invoke' && context.sendActivity({ type: 'invokeResponse', value: { status: 500 } });
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const { body } = await send(room, { type: 'message', attachments: [card('Case 7')] });
  await expect(
    lab.pane.press({ room, user: id, message: String(body.id), action: 'reply', text: 'Hi' }),
  ).rejects.toThrow('Something went wrong');
});

test('edits, deletions and reactions of a person reach the bot', async () => {
  const { id } = ada();
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const message = await lab.pane.say({ room, user: id, text: 'Helo' });
  await lab.edit(room, message, 'Hello');
  await lab.react(room, id, message, 'like');
  await lab.remove(room, message);
  const wanted = ['message', 'messageUpdate', 'messageReaction', 'messageDelete'];
  await expect.poll(() => wanted.filter((type) => seen.some((activity) => activity.type === type))).toEqual(wanted);
  expect(seen.find(({ type }) => type === 'messageUpdate')).toMatchObject({
    id: message,
    text: 'Hello',
    channelData: { eventType: 'editMessage' },
  });
  expect(texts(room)).toEqual([]);
});
