import { expect, test, vi } from 'vitest';

import { createSlackChannel } from '#channels/slack/channel.ts';
import { openSlackLab } from '#lab/slack/server.ts';

import { openTestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

test('a platform that is away at the start holds up no other, is named on /ready, and is connected when it is back', async () => {
  await using slack = await openSlackLab({ signingSecret: 'signing', botToken: 'xoxb-test', rateLimits: 'off' });
  slack.setFaults([{ server: 'slack', method: 'auth.test', fault: 'error', status: 503 }]);
  await using desk = await openTestApp({
    channels: [createSlackChannel({ botToken: 'xoxb-test', signingSecret: 'signing', apiUrl: slack.url })],
  });
  await using visitor = await openVisitor(desk.url);
  await visitor.say('Is anybody there?');
  await visitor.sees((message) => message.text.includes('You asked: Is anybody there?'));
  const ready = async () => {
    const response = await fetch(`${desk.url}/ready`);
    return { status: response.status, text: await response.text() };
  };
  expect(await ready()).toMatchObject({ status: 503, text: expect.stringContaining('slack: not connected') });

  slack.setFaults(null);
  while ((await ready()).status !== 200);
  const person = slack.addUser({ name: 'Ada Palmer' });
  const room = slack.addRoom({ name: 'ada', kind: 'im', user: person.id });
  slack.setEventsUrl(`${desk.url}/channels/slack/events`);
  await slack.pane.say({ room: room.id, user: person.id, text: 'And here?' });
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (slack.pane.view(room.id).messages.some(({ text }) => text.includes('You asked: And here?'))) resolve();
    };
    slack.pane.onChange(look);
    look();
  });
  await desk.app.settled();
});

test('a token that is revoked loses nothing: it is said on /ready, and the answer goes out once the token is good again', async () => {
  await using slack = await openSlackLab({ signingSecret: 'signing', botToken: 'xoxb-test', rateLimits: 'off' });
  await using desk = await openTestApp({
    channels: [createSlackChannel({ botToken: 'xoxb-test', signingSecret: 'signing', apiUrl: slack.url })],
    settings: { limits: { sweepMs: 100 } },
  });
  const person = slack.addUser({ name: 'Ada Palmer' });
  const room = slack.addRoom({ name: 'ada', kind: 'im', user: person.id });
  slack.setEventsUrl(`${desk.url}/channels/slack/events`);
  slack.revokeToken(true);
  await slack.pane.say({ room: room.id, user: person.id, text: 'Is anybody there?' });
  const due = () =>
    desk.store.query<{ failure: string }>(`select failure from outbox where state = 'due' and failure is not null`);
  await vi.waitFor(async () => expect(await due()).toEqual([{ failure: 'rate_limited:token_revoked' }]));
  const ready = await fetch(`${desk.url}/ready`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('slack: token_revoked')]);

  slack.revokeToken(false);
  // As if the minute had passed.
  await desk.store.query(`update outbox set due_at = now() where state = 'due'`);
  const answers = () => slack.pane.view(room.id).messages.filter(({ author }) => author.role === 'bot');
  await vi.waitFor(() => expect(answers()).toHaveLength(1));
  await desk.app.settled();
  expect(answers()).toHaveLength(1);
  expect(answers()[0]?.text).toContain('You asked: Is anybody there?');
  expect((await fetch(`${desk.url}/ready`)).status).toBe(200);
});
