import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { TurnContext } from 'botbuilder';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultRule } from '#lab/faults/script.ts';
import { startBot } from './real-bot.ts';
import { openTeamsLab, type TeamsLab } from './server.ts';

const appId = '11111111-2222-3333-4444-555555555555';
const ids = { appId, appPassword: 'secret', tenantId: 'tenant-1' };
let lab: TeamsLab;

beforeEach(async () => {
  lab = await openTeamsLab({ ...ids, botTimeoutMs: 60 });
});
afterEach(() => lab.close());

const texts = (room: string) => lab.pane.view(room).messages.map((message) => message.text);

async function openChat(): Promise<{ room: string; user: string }> {
  const { id: user } = lab.addUser({ name: 'Ada' });
  return { room: await lab.addRoom({ type: 'personal', members: [user] }), user };
}

interface Heard {
  readonly type: string;
  readonly id: string;
}

/** A bot without a library that answers as told. */
async function listen(answer: (response: ServerResponse) => void): Promise<{ heard: Heard[]; server: Server }> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      heard.push(JSON.parse(body) as Heard);
      answer(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  lab.setBotUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return { heard, server };
}

const card = {
  contentType: 'application/vnd.microsoft.card.adaptive',
  content: {
    type: 'AdaptiveCard',
    version: '1.5',
    body: [{ type: 'TextBlock', text: 'Case 7' }],
    actions: [{ type: 'Action.Execute', title: 'Claim', verb: 'claim' }],
  },
};

/** The bot posts a card; answers what a person needs to press it. */
async function postCard(room: string): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: appId,
    client_secret: 'secret',
    scope: 'https://api.botframework.com/.default',
  };
  const login = await fetch(`${lab.loginUrl}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: token } = (await login.json()) as { access_token: string };
  const sent = await fetch(`${lab.serviceUrl}v3/conversations/${encodeURIComponent(room)}/activities`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ type: 'message', attachments: [card] }),
  });
  return ((await sent.json()) as { id: string }).id;
}

test.each([
  ['applied_then_cut', {}],
  ['applied_then_error', { status: 502 }],
])('after %s the real adapter sends again on its own, and the room holds the message twice', async (fault, more) => {
  const { room, user } = await openChat();
  const settled = Promise.withResolvers<'sent' | 'failed'>();
  await using _bot = await startBot(lab, appId, 'secret', async (context: TurnContext) => {
    if (context.activity.type !== 'message') return;
    await context.sendActivity('once').then(
      () => settled.resolve('sent'),
      () => settled.resolve('failed'),
    );
  });
  const method = 'POST conversations/*/activities/*';
  lab.setFaults([{ server: 'teams', method, fault, times: 1, ...more } as FaultRule]);
  await lab.pane.say({ room, user, text: 'hi' });
  expect(await settled.promise).toBe('sent');
  expect(texts(room)).toEqual(['hi', 'once', 'once']);
  expect(lab.state()).toMatchObject({ faults: { [`${method} ${fault}`]: 1 } });
});

test('a message the bot does not answer in time comes once more, an invoke twice more under new ids', async () => {
  const { room, user } = await openChat();
  const { heard, server } = await listen(() => undefined);
  await lab.pane.say({ room, user, text: 'hi' });
  await expect.poll(() => heard.map(({ type }) => type)).toEqual(['message', 'message']);
  expect(new Set(heard.map(({ id }) => id)).size).toBe(1);
  const message = await postCard(room);
  await expect(lab.pane.press({ room, user, message, action: 'claim' })).rejects.toThrow('Something went wrong');
  const invokes = () => heard.filter(({ type }) => type === 'invoke');
  await expect.poll(invokes).toHaveLength(3);
  expect(new Set(invokes().map(({ id }) => id)).size).toBe(3);
  server.closeAllConnections();
  server.close();
});

test('an invoke is redelivered under a new id, a message is not', async () => {
  const { room, user } = await openChat();
  const { heard, server } = await listen((response) =>
    response.setHeader('content-type', 'application/json').end('{}'),
  );
  lab.setFaults([{ server: 'teams', fault: 'redeliver_new_id' }]);
  await lab.pane.say({ room, user, text: 'hi' });
  await lab.pane.press({ room, user, message: await postCard(room), action: 'claim' });
  await expect.poll(() => heard.map(({ type }) => type)).toEqual(['message', 'invoke', 'invoke']);
  expect(new Set(heard.map(({ id }) => id)).size).toBe(3);
  server.closeAllConnections();
  server.close();
});
