import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  Events,
  GatewayIntentBits,
  LabelBuilder,
  ModalBuilder,
  Partials,
  TextInputBuilder,
  TextInputStyle,
  type Interaction,
  type Message,
} from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { once } from 'node:events';
import { createInflate, constants } from 'node:zlib';
import { WebSocket } from 'ws';
import { openDiscordLab, type DiscordLab } from './server.ts';

let lab: DiscordLab;
let client: Client;
let seen: string[];
let room: string;
let ada: string;

const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages];

async function start(extra: GatewayIntentBits[] = [GatewayIntentBits.MessageContent]): Promise<void> {
  client = new Client({
    intents: [...intents, ...extra],
    partials: [Partials.Channel],
    rest: { api: lab.url, retries: 0 },
  });
  client.on(Events.MessageCreate, (message) => void (message.author.bot ? null : seen.push(message.content)));
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login('token');
  await ready;
}

const onMessage = (act: (message: Message) => Promise<unknown>) =>
  client.on(Events.MessageCreate, (message) => void (message.author.bot ? null : act(message)));
const texts = (of = room) => lab.pane.view(of).messages.map((message) => message.text);

async function rest(method: string, path: string, body?: object) {
  const response = await fetch(`${lab.url}/v10${path}`, {
    method,
    headers: { authorization: 'Bot token', ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, headers: response.headers, body: await response.json().catch(() => null) };
}

beforeEach(async () => {
  lab = await openDiscordLab({ token: 'token' });
  seen = [];
  ada = lab.addUser({ name: 'Ada' }).id;
  room = lab.addRoom({ type: 'text', name: 'help' });
  client = new Client({ intents: [] });
});
afterEach(async () => {
  await client.destroy();
  await lab.close();
});

test('discord.js takes a message, replies to it and edits the reply', async () => {
  await start();
  onMessage(async (message) => (await message.reply('Looking…')).edit('Found it.'));
  await lab.pane.say({ room, user: ada, text: 'Where?' });
  await expect.poll(() => texts()).toEqual(['Where?', 'Found it.']);
  expect(lab.pane.view(room).messages[1]).toMatchObject({ edited: true, author: { role: 'bot', name: 'Firstline' } });
});

test('a direct message is taken and answered in its room', async () => {
  await start([]);
  const direct = lab.addRoom({ type: 'direct', user: ada });
  onMessage((message) => message.reply('Hello.'));
  await lab.pane.say({ room: direct, user: ada, text: 'Hi' });
  await expect.poll(() => texts(direct)).toEqual(['Hi', 'Hello.']);
});

test('without the content intent only mentions carry their text', async () => {
  await start([]);
  await lab.pane.say({ room, user: ada, text: 'secret' });
  await lab.pane.say({ room, user: ada, text: `<@${lab.bot.id}> help` });
  await expect.poll(() => seen).toEqual(['', `<@${lab.bot.id}> help`]);
});

test('what is said while the connection is down arrives on resume, once', async () => {
  await start();
  const resumed = new Promise((resolve) => client.once(Events.ShardResume, (_, replayed) => resolve(replayed)));
  lab.drop();
  await lab.pane.say({ room, user: ada, text: 'Are you there?' });
  await resumed;
  await expect.poll(() => seen).toEqual(['Are you there?']);
  expect(lab.sessions.size).toBe(1);
});

test('a client told to reconnect resumes its session', async () => {
  await start();
  const [session] = lab.sessions.keys();
  const resumed = new Promise((resolve) => client.once(Events.ShardResume, resolve));
  lab.reconnect();
  await resumed;
  expect([...lab.sessions.keys()]).toEqual([session]);
});

test('what is said after a session was invalidated reaches the new one', async () => {
  await start();
  const [session] = lab.sessions.keys();
  lab.invalidate(false);
  await expect.poll(() => lab.sessions.size, { timeout: 8000 }).toBe(1);
  expect([...lab.sessions.keys()]).not.toEqual([session]);
  await lab.pane.say({ room, user: ada, text: 'Again' });
  await expect.poll(() => seen).toEqual(['Again']);
}, 10_000);

/** A client without a library: what it was sent, inflated, and the code it was closed with. */
async function connect(url: string, query: string, ...payloads: object[]) {
  const socket = new WebSocket(`${url.replace('http', 'ws').replace('/api', '/gateway')}?${query}`);
  const inflate = createInflate({ finishFlush: constants.Z_SYNC_FLUSH });
  let text = '';
  inflate.on('data', (part) => (text += String(part)));
  socket.on('message', (data, isBinary) => void (isBinary ? inflate.write(data as Buffer) : (text += String(data))));
  await once(socket, 'open');
  for (const payload of payloads) socket.send(JSON.stringify(payload));
  return { socket, received: () => text, closed: once(socket, 'close').then(([code]) => Number(code)) };
}

test('a client that asked for zlib-stream reads one compressed stream', async () => {
  const { socket, received } = await connect(
    lab.url,
    'v=10&encoding=json&compress=zlib-stream',
    { op: 2, d: { token: 'token', intents: 1 } },
    { op: 1, d: null },
  );
  await expect.poll(received).toMatch(/"op":10[\s\S]*"READY"[\s\S]*"GUILD_CREATE"[\s\S]*"op":11/);
  socket.terminate();
});

test.each([
  ['an old version', 4012, 'v=6', []],
  ['a payload before identify', 4003, 'v=10', [{ op: 3, d: {} }]],
  [
    'a second identify',
    4005,
    'v=10',
    [
      { op: 2, d: { token: 'token', intents: 1 } },
      { op: 2, d: { token: 'token', intents: 1 } },
    ],
  ],
])('%s closes the connection with %i', async (_, code, query, payloads) => {
  expect(await (await connect(lab.url, query, ...payloads)).closed).toBe(code);
});

test('a client that sends no heartbeat is closed', async () => {
  const quick = await openDiscordLab({ token: 'token', heartbeatIntervalMs: 20 });
  const socket = new WebSocket(`${quick.url.replace('http', 'ws').replace('/api', '/gateway')}?v=10`);
  expect((await once(socket, 'close'))[0]).toBe(4009);
  await quick.close();
});

test('a press that is not answered in time fails for the person, and the late answer is refused', async () => {
  const quick = await openDiscordLab({ token: 'token', interactionMsMax: 30 });
  const person = quick.addUser({ name: 'Ben' });
  const place = quick.addRoom({ type: 'text', name: 'help' });
  const { socket, received } = await connect(quick.url, 'v=10', { op: 2, d: { token: 'token', intents: 1 } });
  await expect.poll(received).toContain('GUILD_CREATE');
  const post = (path: string, body: object) =>
    fetch(`${quick.url}/v10${path}`, {
      method: 'POST',
      headers: { authorization: 'Bot token', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const components = [{ type: 1, components: [{ type: 2, style: 4, label: 'Go', custom_id: 'go' }] }];
  const { id } = (await (await post(`/channels/${place}/messages`, { content: 'Ready', components })).json()) as {
    id: string;
  };
  await expect(quick.pane.press({ room: place, user: person.id, message: id, action: 'go' })).rejects.toThrow(
    'This interaction failed',
  );
  await expect.poll(received).toContain('INTERACTION_CREATE');
  const [, interaction, token] =
    /"d":\{"id":"(\d+)","application_id":"\d+","type":3,"token":"([^"]+)"/.exec(received()) ?? [];
  const late = await post(`/interactions/${interaction}/${token}/callback`, { type: 6 });
  expect(late.status).toBe(404);
  expect(await late.json()).toMatchObject({ code: 10_062 });
  socket.terminate();
  await quick.close();
});

test('a wrong token and an intent that is not switched on are refused', async () => {
  const intruder = new Client({ intents, rest: { api: lab.url } });
  await expect(intruder.login('guess')).rejects.toThrow('invalid token');
  await intruder.destroy();
  await expect(start([GatewayIntentBits.GuildPresences])).rejects.toThrow('disallowed intents');
});

test('a button that asks opens a modal, and the written text comes back in it', async () => {
  await start();
  client.on(Events.InteractionCreate, (interaction: Interaction) => {
    if (interaction.isButton()) {
      const input = new TextInputBuilder().setCustomId('text').setStyle(TextInputStyle.Paragraph).setMaxLength(50);
      const label = new LabelBuilder().setLabel('Reply').setTextInputComponent(input);
      void interaction.showModal(new ModalBuilder().setCustomId('reply:7').setTitle('Reply').addLabelComponents(label));
    }
    if (interaction.isModalSubmit())
      void interaction.reply(`${interaction.customId}: ${interaction.fields.getTextInputValue('text')}`);
  });
  const channel = await client.channels.fetch(room);
  const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder().setCustomId('reply:7:asks').setLabel('Reply').setStyle(ButtonStyle.Primary),
  );
  const sent = channel?.isSendable() ? await channel.send({ content: 'Case 7', components: [row] }) : undefined;
  expect(lab.pane.view(room).messages[0]?.actions).toEqual([
    { id: 'reply:7:asks', label: 'Reply', style: 'primary', asks: 'Reply' },
  ]);
  const press = { room, user: ada, message: sent?.id ?? '', action: 'reply:7:asks' };
  await lab.pane.press({ ...press, text: 'Try again' });
  expect(texts()).toEqual(['Case 7', 'reply:7: Try again']);
  await expect(lab.pane.press({ ...press, text: 'x'.repeat(51) })).rejects.toThrow('50 or fewer');
});

test('a deferred press is answered by editing the original, and a second answer is refused', async () => {
  await start();
  const refused = Promise.withResolvers<unknown>();
  client.on(Events.InteractionCreate, (interaction) => {
    if (!interaction.isButton()) return;
    void interaction
      .deferReply()
      .then(() => interaction.editReply('Done.'))
      .then(() => rest('POST', `/interactions/${interaction.id}/${interaction.token}/callback`, { type: 6 }))
      .then(refused.resolve);
  });
  const components = [{ type: 1, components: [{ type: 2, style: 2, label: 'Go', custom_id: 'go' }] }];
  const { body } = await rest('POST', `/channels/${room}/messages`, { content: 'Ready', components });
  await lab.pane.press({ room, user: ada, message: (body as { id: string }).id, action: 'go' });
  expect(await refused.promise).toMatchObject({ status: 400, body: { code: 40_060 } });
  expect(texts()).toEqual(['Ready', 'Done.']);
});

test('a thread has the id of its message, and only one can be opened', async () => {
  await start();
  const root = await lab.pane.say({ room, user: ada, text: 'Long story' });
  const opened = await rest('POST', `/channels/${room}/messages/${root}/threads`, { name: 'Story' });
  expect(opened).toMatchObject({ status: 201, body: { id: root, type: 11, parent_id: room } });
  expect((await rest('POST', `/channels/${room}/messages/${root}/threads`, { name: 'Story' })).body).toMatchObject({
    code: 160_004,
  });
  await lab.pane.say({ room, user: ada, text: 'Inside', thread: root });
  expect(lab.pane.view(room).messages.at(-1)).toMatchObject({ text: 'Inside', thread: root });
  await expect.poll(() => seen).toEqual(['Long story', 'Inside']);
});

test('messages are refused as the platform refuses them', async () => {
  const path = `/channels/${room}/messages`;
  expect(await rest('POST', path, { content: 'x'.repeat(2001) })).toMatchObject({
    status: 400,
    body: { code: 50_035, errors: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } },
  });
  expect((await rest('POST', path, { content: '' })).body).toMatchObject({ code: 50_006 });
  expect((await rest('POST', '/channels/1234567890123456789/messages', { content: 'x' })).body).toMatchObject({
    code: 10_003,
  });
  const said = await lab.pane.say({ room, user: ada, text: 'Mine' });
  expect((await rest('PATCH', `${path}/${said}`, { content: 'Yours' })).body).toMatchObject({ code: 50_005 });
});

test('an enforced nonce makes a repeated create answer the first message', async () => {
  const body = { content: 'Once', nonce: 'turn-1', enforce_nonce: true };
  const first = await rest('POST', `/channels/${room}/messages`, body);
  const second = await rest('POST', `/channels/${room}/messages`, body);
  expect((second.body as { id: string }).id).toBe((first.body as { id: string }).id);
  expect(texts()).toEqual(['Once']);
});

test('the sixth create within five seconds waits as long as the answer says', async () => {
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, index) => rest('POST', `/channels/${room}/messages`, { content: String(index) })),
  );
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited).toHaveLength(1);
  expect(limited[0]?.body).toMatchObject({ global: false, retry_after: expect.any(Number) });
  expect(limited[0]?.headers.get('x-ratelimit-remaining')).toBe('0');
});

test('messages are listed from a point on, newest first', async () => {
  const ids: string[] = [];
  for (const text of ['a', 'b', 'c', 'd']) ids.push(await lab.pane.say({ room, user: ada, text }));
  const { body } = await rest('GET', `/channels/${room}/messages?after=${ids[0]}&limit=2`);
  expect((body as { content: string }[]).map(({ content }) => content)).toEqual(['c', 'b']);
});

test('one IDENTIFY too many ends every session and resets the token', async () => {
  await using used = await openDiscordLab({ token: 'token', sessionStarts: { remaining: 1, resetAfterMs: 60_000 } });
  const hello = { op: 2, d: { token: 'token', intents: 1 } };
  const limits = async () =>
    (await fetch(`${used.url}/v10/gateway/bot`, { headers: { authorization: 'Bot token' } })).json();
  expect(await limits()).toMatchObject({ session_start_limit: { total: 1000, remaining: 1, max_concurrency: 1 } });
  const first = await connect(used.url, 'v=10', hello);
  await expect.poll(first.received).toContain('READY');
  expect(await limits()).toMatchObject({ session_start_limit: { remaining: 0 } });
  const second = await connect(used.url, 'v=10', hello);
  expect(await Promise.all([first.closed, second.closed])).toEqual([4004, 4004]);
  expect(await limits()).toMatchObject({ message: '401: Unauthorized' });
});

test('an address that asks too often for what it may not have is banned', async () => {
  await using strict = await openDiscordLab({ token: 'token', invalidRequestsMax: 3 });
  const ask = (token: string) =>
    fetch(`${strict.url}/v10/users/@me`, { headers: { authorization: `Bot ${token}` } }).then(async (answer) => ({
      status: answer.status,
      text: await answer.text(),
      scope: answer.headers.get('x-ratelimit-scope'),
    }));
  for (let count = 1; count <= 3; count += 1) expect(await ask('guess')).toMatchObject({ status: 401 });
  expect(await ask('token')).toEqual({ status: 429, text: 'error code: 1015', scope: null });
});
