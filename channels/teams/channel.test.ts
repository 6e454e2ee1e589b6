import { serve, type ServerType } from '@hono/node-server';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Channel, InboundAction, InboundEvent, InboundMessage, InboundOpening, ThreadKey } from '#core/channel.ts';
import { Refused } from '#core/errors.ts';
import { openTeamsLab, type TeamsLab } from '#lab/teams/server.ts';
import { createTeamsChannel } from './channel.ts';

const appId = '11111111-2222-3333-4444-555555555555';
let lab: TeamsLab;
let channel: Channel;
let server: ServerType;
let url: string;
let events: (InboundEvent | null)[];
let receive: (event: InboundEvent | null) => Promise<void>;
let user: string;

beforeEach(async () => {
  lab = await openTeamsLab({ appId, appPassword: 'secret', tenantId: 'tenant-1', rateLimits: 'off' });
  channel = createTeamsChannel({
    appId,
    appPassword: 'secret',
    tenantId: 'tenant-1',
    openIdMetadataUrl: lab.openIdMetadataUrl,
    loginUrl: lab.loginUrl,
    issuer: lab.issuer,
    serviceUrls: [lab.serviceUrl],
  });
  events = [];
  receive = async (event) => void events.push(event);
  await channel.start((event) => receive(event));
  const fetch = (request: Request) =>
    channel.webhook!(request).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
      return new Response(error.reason, { status: error.status });
    });
  server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/channels/teams/messages`;
  lab.setBotUrl(url);
  user = lab.addUser({ name: 'Ada Person' }).id;
});
afterEach(async () => {
  await channel.stop();
  (server as import('node:http').Server).closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await lab.close();
});

const messages = () => events.filter((event): event is InboundMessage => event?.kind === 'message');
const actions = () => events.filter((event): event is InboundAction => event?.kind === 'action');
const shown = (room: string) => lab.pane.view(room).messages;
const held = (room: string) =>
  (lab.state() as { rooms: { id: string; messages: { activity: Record<string, unknown> }[] }[] }).rooms.find(
    ({ id }) => id === room,
  )?.messages ?? [];

async function personal(text = 'Where is my order?'): Promise<{ room: string; thread: ThreadKey }> {
  const room = await lab.addRoom({ type: 'personal', members: [user] });
  const before = messages().length;
  await lab.pane.say({ room, user, text });
  await expect.poll(() => messages().length).toBe(before + 1);
  return { room, thread: messages().at(-1)!.thread };
}

/** A group chat, where what is said is posted. */
async function group(): Promise<{ room: string; thread: ThreadKey }> {
  const room = await lab.addRoom({ type: 'groupChat', members: [user] });
  await lab.pane.say({ room, user, text: '@Firstline where is my order?' });
  await expect.poll(() => messages().length).toBe(1);
  return { room, thread: messages()[0]!.thread };
}

test('a direct message becomes an event with its sender, and is answered in place', async () => {
  const { room, thread } = await personal();
  const message = messages()[0]!;
  expect(message).toMatchObject({ channel: 'teams', text: 'Where is my order?', setting: 'direct', addressed: true });
  expect(message.id).toBe(`${room}:${shown(room)[0]?.id}`);
  expect(message.sender).toEqual({
    id: lab.state() && (lab.state() as { users: { aadObjectId: string }[] }).users[0]?.aadObjectId,
    organization: 'tenant-1',
    displayName: 'Ada Person',
    locale: 'en-US',
    timezone: 'Europe/Berlin',
  });
  const sent = await channel.send(thread, { text: 'On its **way**.' }, 'turn:1');
  expect(sent.thread).toBe(thread);
  expect(shown(room)[1]).toMatchObject({ text: 'On its **way**.', author: { role: 'bot' }, edited: false });
  await channel.edit!(sent, { text: 'It has arrived.' });
  expect(shown(room)[1]).toMatchObject({ text: 'It has arrived.', edited: true });
  await channel.showTyping!(thread, 'writing');
  expect(lab.pane.view(room).typing).toBe('Looking that up…');
});

test('an installation opens the chat once, however often it is told', async () => {
  const room = await lab.addRoom({ type: 'personal', members: [user] });
  expect(events).toMatchObject([
    { kind: 'opened', sender: { displayName: 'Ada Person' } },
    { kind: 'opened', id: events[0]?.id },
  ]);
  await lab.pane.say({ room, user, text: 'Hello' });
  await expect.poll(() => messages()[0]?.thread).toBe((events[0] as InboundOpening).thread);
});

test('a mention in a channel is answered in its thread, and replies there arrive in the same thread', async () => {
  const room = await lab.addRoom({ type: 'channel', name: 'Support', members: [user] });
  const root = await lab.pane.say({ room, user, text: '@Firstline help me' });
  await expect.poll(() => messages().length).toBe(1);
  const first = messages()[0]!;
  expect(first).toMatchObject({ text: 'help me', setting: 'group', addressed: true });
  await channel.send(first.thread, { text: 'Here.' }, 'turn:1');
  expect(shown(room)[1]?.thread).toBe(root);
  await lab.pane.say({ room, user, text: 'thanks', thread: root });
  await expect.poll(() => messages().length).toBe(2);
  expect(messages()[1]).toMatchObject({ thread: first.thread, addressed: false, text: 'thanks' });
});

test('a post in a room starts a thread, and what is said below it arrives there', async () => {
  const room = await lab.addRoom({ type: 'channel', name: 'Desk', members: [user] });
  const sent = await channel.send(
    channel.room!(room),
    { text: 'Angry customer', title: 'Case 7', facts: [{ label: 'Plan', value: 'Pro' }] },
    'case:7',
  );
  const card = shown(room)[0]!;
  expect(card).toMatchObject({
    title: 'Case 7',
    text: 'Angry customer',
    facts: [{ label: 'Plan', value: 'Pro' }],
    thread: null,
  });
  await channel.send(sent.thread, { text: 'The story so far' }, 'case:7:story');
  expect(shown(room)[1]?.thread).toBe(card.id);
  await lab.pane.say({ room, user, text: 'I take it', thread: card.id });
  await expect.poll(() => messages().length).toBe(1);
  expect(messages()[0]?.thread).toBe(sent.thread);
});

test.each([
  ['no token', 401, {}, () => Promise.resolve(null)],
  ['a forged signature', 401, {}, () => lab.token({ signedBy: 'stranger' })],
  ['a key not endorsed for Teams', 401, {}, () => lab.token({ signedBy: 'webchat' })],
  ['an expired token', 401, {}, () => lab.token({ expiresInSeconds: -3600 })],
  ['another audience', 401, {}, () => lab.token({ aud: 'somebody-else' })],
  ['another issuer', 401, {}, () => lab.token({ iss: 'https://sts.windows.net/' })],
  ['a claim for another service URL', 401, {}, () => lab.token({ serviceurl: 'https://evil.example/' })],
  ['no service URL', 403, { serviceUrl: undefined }, () => lab.token()],
  [
    'a service URL outside the list',
    403,
    { serviceUrl: 'https://evil.example/' },
    () => lab.token({ serviceurl: 'https://evil.example/' }),
  ],
  [
    'a foreign tenant',
    403,
    { conversation: { id: 'a', conversationType: 'personal', tenantId: 'tenant-2' } },
    () => lab.token(),
  ],
])('%s is refused and nothing is received', async (_name, status, changes, makeToken) => {
  const activity = {
    type: 'message',
    id: '1',
    text: 'hi',
    channelId: 'msteams',
    serviceUrl: lab.serviceUrl,
    conversation: { id: 'a', conversationType: 'personal', tenantId: 'tenant-1' },
    from: { id: 'b' },
    recipient: { id: `28:${appId}` },
  };
  expect(await lab.deliver({ ...activity, ...changes }, { token: await makeToken() })).toBe(status);
  expect(events).toEqual([]);
  expect(await lab.deliver(activity)).toBe(200);
  expect(messages()).toHaveLength(1);
});

test.each([
  ['broken JSON', '{"type":'],
  ['invalid UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ['a list', '[]'],
])('%s is a bad request', async (_name, body) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await lab.token()}` },
    body,
  });
  expect(response.status).toBe(400);
});

test('what could not be stored is not acknowledged', async () => {
  const room = await lab.addRoom({ type: 'personal', members: [user] });
  receive = () => Promise.reject(new Error('the database is away'));
  await lab.pane.say({ room, user, text: 'hi' });
  await expect
    .poll(() => (lab.state() as { deliveries: object[] }).deliveries.at(-1))
    .toMatchObject({ type: 'message', status: 500 });
});

test('trap 17: the answer to the platform waits until the event is stored', async () => {
  const room = await lab.addRoom({ type: 'personal', members: [user] });
  const stored = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  receive = () => (entered.resolve(), stored.promise);
  await lab.pane.say({ room, user, text: 'hi' });
  await entered.promise;
  expect(
    (lab.state() as { deliveries: { type: string }[] }).deliveries.filter(({ type }) => type === 'message'),
  ).toEqual([]);
  stored.resolve();
  await expect
    .poll(() => (lab.state() as { deliveries: object[] }).deliveries.at(-1))
    .toMatchObject({ type: 'message', status: 200 });
});

test('buttons bring what was pressed, with the text where one was asked for', async () => {
  const room = await lab.addRoom({ type: 'channel', name: 'Desk', members: [user] });
  const sent = await channel.send(
    channel.room!(room),
    {
      text: '',
      title: 'Case 7',
      actions: [
        { id: 'claim', label: 'Claim', style: 'primary' },
        { id: 'reply', label: 'Reply', asks: 'Your reply' },
      ],
    },
    'case:7',
  );
  const message = shown(room)[0]!;
  expect(message.actions).toEqual([
    { id: 'claim', label: 'Claim', style: 'primary' },
    { id: 'reply', label: 'Reply', style: 'plain', asks: 'Your reply' },
  ]);
  await lab.pane.press({ room, user, message: message.id, action: 'claim' });
  await lab.pane.press({ room, user, message: message.id, action: 'reply', text: 'Try again' });
  const [claim, reply] = actions();
  expect(claim).toMatchObject({
    action: 'claim',
    message: sent.message,
    thread: sent.thread,
    sender: { displayName: 'Ada Person' },
  });
  expect(claim?.text).toBeUndefined();
  expect(reply).toMatchObject({ action: 'reply', text: 'Try again', message: sent.message });
  await lab.pane.press({ room, user, message: message.id, action: 'claim' });
  expect(actions()[2]?.id).toBe(claim?.id);
  await channel.edit!(sent, { text: '', title: 'Case 7 again', actions: [{ id: 'claim', label: 'Claim' }] });
  await lab.pane.press({ room, user, message: message.id, action: 'claim' });
  expect(actions()[3]?.id).not.toBe(claim?.id);
});

test('buttons below words give way to the one that was pressed, at once; a card keeps what it says', async () => {
  const { room, thread } = await group();
  const actions = [
    { id: 'human', label: 'Talk *to* a person' },
    { id: 'back', label: 'Back' },
  ];
  await channel.send(thread, { text: 'Thirty days.', actions }, 'turn:1');
  const answer = shown(room)[1]!;
  await lab.pane.press({ room, user, message: answer.id, action: 'human' });
  expect(shown(room)[1]).toMatchObject({ text: 'Thirty days.\n✓ Talk *to* a person', actions: [] });
  await channel.send(thread, { text: 'Angry customer', title: 'Case 7', actions }, 'case:7');
  await lab.pane.press({ room, user, message: shown(room)[2]!.id, action: 'human' });
  expect(shown(room)[2]).toMatchObject({ title: 'Case 7', text: 'Angry customer', actions: [{}, {}] });
});

test('a press that could not be stored is told as failed, and its buttons stay', async () => {
  const { room, thread } = await group();
  await channel.send(thread, { text: 'Thirty days.', actions: [{ id: 'human', label: 'A person' }] }, 'turn:1');
  receive = () => Promise.reject(new Error('the database is away'));
  const press = lab.pane.press({ room, user, message: shown(room)[1]!.id, action: 'human' });
  await expect(press).rejects.toThrow('Something went wrong');
  expect(shown(room)[1]?.actions).toHaveLength(1);
});

test('an answer carries the AI label and its citations over the wire', async () => {
  const { room, thread } = await group();
  await channel.send(
    thread,
    {
      text: 'Thirty days [1].',
      by: 'assistant',
      citations: [{ number: 1, title: 'Returns', url: 'https://help.example/returns' }],
      actions: [{ id: 'good', label: 'Good' }],
    },
    'turn:1',
  );
  const { activity } = held(room).at(-1)!;
  expect(activity.entities).toEqual([
    {
      type: 'https://schema.org/Message',
      '@type': 'Message',
      '@context': 'https://schema.org',
      '@id': '',
      additionalType: ['AIGeneratedContent'],
      citation: [
        {
          '@type': 'Claim',
          position: 1,
          appearance: {
            '@type': 'DigitalDocument',
            name: 'Returns',
            abstract: 'Returns',
            url: 'https://help.example/returns',
          },
        },
      ],
    },
  ]);
  expect(shown(room).at(-1)).toMatchObject({
    text: 'Thirty days [1].\n\n[1] [Returns](<https://help.example/returns>)',
    actions: [{ id: 'good', label: 'Good' }],
  });
});

test.each([
  [
    { status: 429, retryAfterSeconds: 3 },
    { reason: 'rate_limited', retryAfterMs: 3000 },
  ],
  [{ status: 502 }, { reason: 'ambiguous' }],
  [{ status: 412 }, { reason: 'ambiguous' }],
  [
    { status: 403, code: 'MessageWritesBlocked' },
    { reason: 'unreachable', code: 'MessageWritesBlocked' },
  ],
  [{ status: 403, code: 'BotNotInConversationRoster' }, { reason: 'unreachable' }],
  [{ status: 404, code: 'ConversationNotFound' }, { reason: 'unreachable' }],
  [{ status: 404, code: 'ActivityNotFoundInConversation' }, { reason: 'refused' }],
  [{ status: 413 }, { reason: 'refused' }],
])('a refusal %j is told as what it means, and nothing is sent again', async (failure, expected) => {
  const { room, thread } = await group();
  lab.failNext(failure);
  await expect(channel.send(thread, { text: 'Hello' }, 'turn:1')).rejects.toMatchObject({
    name: 'ChannelError',
    channel: 'teams',
    ...expected,
  });
  expect(shown(room)).toHaveLength(1);
  await channel.send(thread, { text: 'Hello' }, 'turn:1');
  expect(shown(room)).toHaveLength(2);
});

test('health tells a password that is not accepted, and what is said waits until people have acted', async () => {
  expect(await channel.health!()).toEqual({ ok: true });
  const { thread } = await group();
  const wrong = createTeamsChannel({
    appId,
    appPassword: 'wrong',
    tenantId: 'tenant-1',
    loginUrl: lab.loginUrl,
    serviceUrls: [lab.serviceUrl],
  });
  expect(await wrong.health!()).toEqual({
    ok: false,
    problem: expect.stringMatching(/secret is wrong.*AADSTS7000215/),
  });
  await expect(wrong.send(thread, { text: 'Hello' }, 'turn:1')).rejects.toMatchObject({
    reason: 'rate_limited',
    code: 'bad_token',
    retryAfterMs: 60_000,
  });
});

test('a token that the connector refuses twice in a row is a bad one, until it is taken again', async () => {
  const { thread } = await group();
  const send = () => channel.send(thread, { text: 'Hello' }, 'turn:1');
  lab.failNext({ status: 401 }, { status: 401 });
  await expect(send()).rejects.toMatchObject({ reason: 'rate_limited', retryAfterMs: 2000 });
  expect(await channel.health!()).toEqual({ ok: true });
  await expect(send()).rejects.toMatchObject({ reason: 'rate_limited', code: 'bad_token', retryAfterMs: 60_000 });
  expect(await channel.health!()).toMatchObject({ ok: false, problem: expect.stringContaining('refuses our token') });
  await send();
  expect(await channel.health!()).toEqual({ ok: true });
});
