import { Client } from '@microsoft/teams.api';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openTeamsLab, type TeamsLab } from './server.ts';

const appId = '11111111-2222-3333-4444-555555555555';
let lab: TeamsLab;
beforeEach(async () => {
  lab = await openTeamsLab({ appId, appPassword: 'secret', tenantId: 'tenant-1' });
});
afterEach(() => lab.close());

const bearer = async (secret = 'secret'): Promise<string> => {
  const form = {
    grant_type: 'client_credentials',
    client_id: appId,
    client_secret: secret,
    scope: 'https://api.botframework.com/.default',
  };
  const response = await fetch(`${lab.loginUrl}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return ((await response.json()) as { access_token?: string }).access_token ?? 'none';
};

/** Microsoft's newer SDK, not the one that the product uses: what both take for Teams is Teams' and not theirs. */
const clientOf = (token: string) =>
  new Client(lab.serviceUrl.replace(/\/$/, ''), { headers: { authorization: `Bearer ${token}` } });

test('a client that knows only Teams posts, changes and takes away, and learns who is there', async () => {
  const { id } = lab.addUser({ name: 'Ada Person' });
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const client = clientOf(await bearer());
  const activities = client.conversations.activities(room);
  const sent = await activities.create({ type: 'message', text: 'Looking…' });
  await activities.update(sent.id, { type: 'message', text: 'Found it.' });
  await activities.create({ type: 'typing' });
  const messages = lab.pane.view(room).messages;
  expect(messages.map(({ text }) => text)).toEqual(['Found it.']);
  expect(messages[0]).toMatchObject({ id: sent.id, edited: true, author: { role: 'bot' } });
  expect(await client.conversations.members(room).getById(id)).toMatchObject({ name: 'Ada Person' });
  await activities.delete(sent.id);
  expect(lab.pane.view(room).messages.filter(({ text }) => text === 'Found it.')).toEqual([]);
});

test('it reads refusals as Teams gives them', async () => {
  const { id } = lab.addUser({ name: 'Ada Person' });
  const room = await lab.addRoom({ type: 'personal', members: [id] });
  const statusOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'accepted',
      (error: { response?: { status?: number }; status?: number }) => error.response?.status ?? error.status ?? error,
    );
  const post = async (token: string, to: string) =>
    statusOf(clientOf(token).conversations.activities(to).create({ type: 'message', text: 'x' }));
  expect(await post(await bearer(), room)).toBe('accepted');
  expect(await post(await bearer(), 'a:nowhere')).toBe(404);
  expect(await post('forged', room)).toBe(401);
});
