import { once } from 'node:events';
import { App, LogLevel } from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { SlackLab } from './server.ts';
import { closeAfterTest, openLab, secrets } from './test-bench.ts';

const connect = async (lab: SlackLab): Promise<SocketModeClient> => {
  const client = new SocketModeClient({
    appToken: secrets.appToken,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: lab.url },
  });
  closeAfterTest(() => client.disconnect());
  await client.start();
  return client;
};

const socketUrl = async (lab: SlackLab): Promise<string> => {
  const response = await fetch(`${lab.url}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secrets.appToken}` },
  });
  return ((await response.json()) as { url: string }).url;
};

test('a Bolt app in Socket Mode hears a person, answers, and handles a dialog with errors', async () => {
  const lab = await openLab();
  const app = new App({
    token: secrets.botToken,
    appToken: secrets.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: lab.url },
  });
  app.message('hello', async ({ say }) => {
    const button = {
      type: 'button' as const,
      action_id: 'reply:asks',
      text: { type: 'plain_text' as const, text: 'Reply' },
    };
    await say({ text: 'Hi', blocks: [{ type: 'actions', elements: [button] }] });
  });
  app.action('reply:asks', async ({ ack, body, client }) => {
    await ack();
    const title = { type: 'plain_text' as const, text: 'Reply' };
    const element = { type: 'plain_text_input' as const, action_id: 'a' };
    const view = {
      type: 'modal' as const,
      callback_id: 'reply',
      title,
      submit: title,
      blocks: [{ type: 'input' as const, block_id: 'b', label: title, element }],
    };
    await client.views.open({ trigger_id: (body as { trigger_id: string }).trigger_id, view });
  });
  app.view('reply', async ({ ack }) => ack({ response_action: 'errors', errors: { b: 'Too short' } }));
  await app.start();
  closeAfterTest(() => app.stop());
  await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'hello' });
  await vi.waitFor(() => expect(lab.pane.view('DADA').messages).toHaveLength(2));
  const message = lab.pane.view('DADA').messages[1]!.id;
  await expect(
    lab.pane.press({ room: 'DADA', user: 'UADA', message, action: 'reply:asks', text: 'hm' }),
  ).rejects.toThrow('Too short');
});

test('an envelope left unacknowledged comes again as a retry with the same event id', async () => {
  const lab = await openLab({ ackTimeoutMs: 40 });
  const client = await connect(lab);
  const seen: unknown[][] = [];
  client.on('slack_event', async ({ ack, body, retry_num, retry_reason }) => {
    seen.push([body.event_id, retry_num, retry_reason]);
    if (seen.length === 2) await ack();
  });
  const outcome = await lab.deliver({ type: 'app_home_opened' });
  expect(outcome.delivered).toBe(true);
  expect(seen).toEqual([
    [outcome.eventId, 0, ''],
    [outcome.eventId, 1, 'timeout'],
  ]);
});

test('each envelope goes to one of the connected sockets, and to HTTP when none is left', async () => {
  const lab = await openLab();
  const clients = [await connect(lab), await connect(lab)];
  const heard = clients.map((client) => {
    const ids: string[] = [];
    client.on('slack_event', async ({ ack, body }) => {
      ids.push(body.event_id);
      await ack();
    });
    return ids;
  });
  for (let index = 0; index < 4; index += 1) await lab.deliver({ type: 'app_home_opened' });
  expect(heard.map((ids) => ids.length)).toEqual([2, 2]);
  expect(new Set(heard.flat()).size).toBe(4);
  await Promise.all(clients.map((client) => client.disconnect()));
  await vi.waitFor(() => expect(lab.state()).toMatchObject({ sockets: 0 }));
  expect((await lab.deliver({ type: 'app_home_opened' })).attempts[0]).toMatchObject({
    via: 'http',
    reason: 'connection_failed',
  });
});

test('a socket address works once, and the eleventh connection is sent away', async () => {
  const lab = await openLab();
  const url = await socketUrl(lab);
  const first = new WebSocket(url);
  closeAfterTest(() => first.terminate());
  const [hello] = await once(first, 'message');
  expect(JSON.parse(String(hello))).toMatchObject({ type: 'hello', num_connections: 1 });
  const second = new WebSocket(url);
  const [error] = await once(second, 'error');
  expect(String(error)).toContain('403');
  for (let index = 0; index < 9; index += 1) {
    const socket = new WebSocket(await socketUrl(lab));
    closeAfterTest(() => socket.terminate());
    await once(socket, 'message');
  }
  const eleventh = new WebSocket(await socketUrl(lab));
  const [goodbye] = await once(eleventh, 'message');
  expect(JSON.parse(String(goodbye))).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
});
