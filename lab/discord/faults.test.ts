import { Client, Events, GatewayIntentBits } from 'discord.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDiscordLab, type DiscordLab } from './server.ts';

let lab: DiscordLab;
let client: Client;
let room: string;
let ada: string;
let seen: string[];

beforeEach(async () => {
  lab = await openDiscordLab({ token: 'token' });
  ada = lab.addUser({ name: 'Ada' }).id;
  room = lab.addRoom({ type: 'text', name: 'help' });
  seen = [];
  const { Guilds, GuildMessages, MessageContent } = GatewayIntentBits;
  client = new Client({ intents: [Guilds, GuildMessages, MessageContent], rest: { api: lab.url, retries: 0 } });
  client.on(Events.MessageCreate, ({ content, author }) => void (author.bot ? null : seen.push(content)));
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login('token');
  await ready;
});
afterEach(async () => {
  await client.destroy();
  await lab.close();
});

test.each([
  ['reconnect', {}],
  ['drop', {}],
  ['drop', { code: 4000 }],
  ['invalid_session', { resumable: true }],
] as const)(
  'after %s %o the session resumes and what was missed is replayed once',
  async (fault, more) => {
    const [session] = lab.sessions.keys();
    lab.setFaults([{ server: 'discord', method: 'gateway', fault, ...more, times: 1 } as never]);
    const resumed = new Promise((resolve) => client.once(Events.ShardResume, resolve));
    await lab.pane.say({ room, user: ada, text: 'one' });
    await lab.pane.say({ room, user: ada, text: 'two' });
    await resumed;
    await expect.poll(() => seen).toEqual(['one', 'two']);
    expect([...lab.sessions.keys()]).toEqual([session]);
    expect(lab.state()).toMatchObject({ faults: { [`gateway ${fault}`]: 1 } });
  },
  15_000,
);

test('a session that is invalidated for good loses the event and begins anew', async () => {
  const [session] = lab.sessions.keys();
  lab.setFaults([{ server: 'discord', method: 'gateway/MESSAGE_CREATE', fault: 'invalid_session', times: 1 }]);
  await lab.pane.say({ room, user: ada, text: 'lost' });
  await expect.poll(() => lab.sessions.size, { timeout: 8000 }).toBe(1);
  expect([...lab.sessions.keys()]).not.toEqual([session]);
  await lab.pane.say({ room, user: ada, text: 'kept' });
  await expect.poll(() => seen).toEqual(['kept']);
}, 15_000);

test('a create whose answer is lost is in the room once, and the same nonce finds it again', async () => {
  lab.setFaults([{ server: 'discord', method: 'POST /channels/*/messages', fault: 'applied_then_cut', times: 1 }]);
  const channel = await client.channels.fetch(room);
  if (!channel?.isSendable()) throw new Error('The room takes no messages');
  const message = { content: 'once', nonce: 'turn-1', enforceNonce: true };
  await expect(channel.send(message)).rejects.toThrow();
  expect(lab.pane.view(room).messages.map(({ text }) => text)).toEqual(['once']);
  await channel.send(message);
  expect(lab.pane.view(room).messages).toHaveLength(1);
});

test('an injected 429 makes the client wait as long as it says', async () => {
  lab.setFaults([
    { server: 'discord', method: 'POST /channels/*/messages', fault: 'rate_limit', retryAfterSeconds: 0.2, times: 1 },
  ]);
  const channel = await client.channels.fetch(room);
  if (!channel?.isSendable()) throw new Error('The room takes no messages');
  const began = performance.now();
  await channel.send('late');
  expect(performance.now() - began).toBeGreaterThan(190);
  expect(lab.rateLimited()).toBe(0);
});
