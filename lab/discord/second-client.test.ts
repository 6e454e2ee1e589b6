import { Client } from 'oceanic.js';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { type DiscordLab, openDiscordLab } from './server.ts';

/** Not the library that the product uses: what both take for Discord is Discord's and not theirs. */
let lab: DiscordLab;
let client: Client;
let ada: string;
let room: string;

beforeEach(async () => {
  lab = await openDiscordLab({ token: 'token' });
  ada = lab.addUser({ name: 'Ada' }).id;
  room = lab.addRoom({ type: 'text', name: 'help' });
  client = new Client({
    auth: 'Bot token',
    rest: { baseURL: `${lab.url}/v10`, host: new URL(lab.url).host },
    gateway: { intents: ['GUILDS', 'GUILD_MESSAGES', 'MESSAGE_CONTENT', 'DIRECT_MESSAGES'], autoReconnect: true },
  });
  client.on('error', () => undefined);
  const ready = new Promise<void>((resolve) => client.once('ready', () => resolve()));
  await client.connect();
  await ready;
});
afterEach(async () => {
  client.disconnect(false);
  await lab.close();
});

const next = () =>
  new Promise<{ id: string; content: string }>((resolve) =>
    client.once('messageCreate', ({ id, content }) => resolve({ id, content })),
  );

test('a client that knows only Discord hears, posts, edits and reads', async () => {
  expect(client.user.id).toBe(lab.bot.id);
  const hearing = next();
  await lab.pane.say({ room, user: ada, text: 'Is anybody there?' });
  expect((await hearing).content).toBe('Is anybody there?');
  const posted = await client.rest.channels.createMessage(room, { content: 'Here.' });
  await client.rest.channels.editMessage(room, posted.id, { content: 'Here I am.' });
  const read = await client.rest.channels.getMessages(room, { limit: 10 });
  expect(read.map(({ content }) => content)).toEqual(['Here I am.', 'Is anybody there?']);
});

test('it resumes after a connection that broke, and is told what it missed', async () => {
  const resumed = new Promise<void>((resolve) => client.once('shardResume', () => resolve()));
  lab.drop();
  const hearing = next();
  await lab.pane.say({ room, user: ada, text: 'While you were away' });
  await resumed;
  expect((await hearing).content).toBe('While you were away');
});

test('it keeps to the limits that it is told of', async () => {
  const contents = Array.from({ length: 8 }, (_, index) => `Message ${index}`);
  for (const content of contents) await client.rest.channels.createMessage(room, { content });
  expect(lab.pane.view(room).messages.map(({ text }) => text)).toEqual(contents);
  expect(lab.rateLimited()).toBe(0);
});
