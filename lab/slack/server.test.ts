import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { afterEach, expect, test, vi } from 'vitest';
import { openSlackLab, type SlackLab, type SlackLabOptions } from './server.ts';

const secrets = { signingSecret: 'shh', botToken: 'xoxb-lab', appToken: 'xapp-lab' };
const open: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  vi.useRealTimers();
  for (const close of open.splice(0).toReversed()) await close();
});

const openLab = async (options: Partial<SlackLabOptions> = {}): Promise<SlackLab> => {
  const lab = await openSlackLab({ ...secrets, rateLimits: 'off', retryDelaysMs: [0, 5, 5], ...options });
  open.push(() => lab.close());
  lab.addUser({ id: 'UADA', name: 'Ada Byron', email: 'ada@example.com' });
  lab.addRoom({ id: 'DADA', name: 'Ada', kind: 'im', user: 'UADA' });
  lab.addRoom({ id: 'CHELP', name: 'help', kind: 'channel' });
  return lab;
};

const clientOf = (lab: SlackLab, token = secrets.botToken) =>
  new WebClient(token, {
    slackApiUrl: lab.url,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });

/** A Bolt app over HTTP; collects the raw event envelopes it was given. */
const openBolt = async (lab: SlackLab) => {
  const receiver = new HTTPReceiver({ signingSecret: secrets.signingSecret, logLevel: LogLevel.ERROR, port: 0 });
  const app = new App({
    token: secrets.botToken,
    receiver,
    logLevel: LogLevel.ERROR,
    ignoreSelf: false,
    clientOptions: { slackApiUrl: lab.url },
  });
  const envelopes: Record<string, any>[] = [];
  app.use(async ({ body, next }) => {
    envelopes.push(body as Record<string, any>);
    await next();
  });
  const server = (await app.start(0)) as ReturnType<typeof createServer>;
  open.push(() => app.stop());
  lab.setEventsUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`);
  return { app, envelopes };
};

/** A bare HTTP endpoint that answers as told and remembers the headers. */
const openEndpoint = async (answer: (count: number, response: ServerResponse) => void) => {
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      headers.push(request.headers);
      answer(headers.length, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, headers };
};

const refusal = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'accepted',
    (error: { data?: { error: string } }) => error.data?.error ?? String(error),
  );

test('a person writes in a direct message and the app answers, edits and finds its metadata again', async () => {
  const lab = await openLab();
  const { app, envelopes } = await openBolt(lab);
  app.message('hello', async ({ message, client }) => {
    const { channel, ts } = message;
    const sent = await client.chat.postMessage({
      channel,
      thread_ts: ts,
      text: 'thinking',
      metadata: { event_type: 'turn', event_payload: { id: '7' } },
    });
    await client.chat.update({ channel, ts: sent.ts!, text: 'Hi *Ada*' });
  });
  const ts = await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'hello' });
  await vi.waitFor(() =>
    expect(lab.pane.view('DADA').messages[1]).toMatchObject({
      thread: ts,
      text: 'Hi *Ada*',
      edited: true,
      markup: 'mrkdwn',
    }),
  );
  await vi.waitFor(() =>
    expect(envelopes.map(({ event }) => [event.subtype ?? 'new', event.channel_type])).toContainEqual([
      'message_changed',
      'im',
    ]),
  );
  expect(envelopes.find(({ event }) => event.bot_id)).toBeDefined();

  const replies = await clientOf(lab).conversations.replies({ channel: 'DADA', ts, include_all_metadata: true });
  expect(replies.messages?.map((message) => message.metadata?.event_payload)).toEqual([undefined, { id: '7' }]);
  const without = await clientOf(lab).conversations.replies({ channel: 'DADA', ts });
  expect(without.messages?.[1]?.metadata).toBeUndefined();
});

test('a mention in a channel arrives as message and as app_mention, under two event ids', async () => {
  const lab = await openLab();
  const { envelopes } = await openBolt(lab);
  await lab.pane.say({ room: 'CHELP', user: 'UADA', text: `<@${lab.botUserId}> help` });
  await vi.waitFor(() =>
    expect(envelopes.map(({ event }) => event.type).toSorted()).toEqual(['app_mention', 'message']),
  );
  expect(new Set(envelopes.map(({ event_id }) => event_id)).size).toBe(2);
  expect(new Set(envelopes.map(({ event }) => event.ts)).size).toBe(1);
});

test('what the platform refuses is refused with its own words', async () => {
  const lab = await openLab();
  lab.addRoom({ id: 'COUT', name: 'elsewhere', kind: 'channel', joined: false });
  const client = clientOf(lab);
  const channel = 'CHELP';
  const theirs = await lab.pane.say({ room: channel, user: 'UADA', text: 'mine' });
  const { ts } = await client.chat.postMessage({ channel, text: 'ours' });
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const button = (text: string) => ({
    type: 'actions',
    elements: [{ type: 'button', action_id: 'go', text: { type: 'plain_text', text } }],
  });
  const post = (more: object) => refusal(client.apiCall('chat.postMessage', { channel, ...more }));
  expect(await refusal(clientOf(lab, '').auth.test())).toBe('not_authed');
  expect(await refusal(clientOf(lab, 'xoxb-wrong').auth.test())).toBe('invalid_auth');
  expect(await refusal(client.apps.connections.open())).toBe('not_allowed_token_type');
  expect(await refusal(client.apiCall('chat.shout', {}))).toBe('unknown_method');
  expect(await post({ channel: 'CNOPE', text: 'x' })).toBe('channel_not_found');
  expect(await post({ channel: 'COUT', text: 'x' })).toBe('not_in_channel');
  expect(await post({})).toBe('no_text');
  expect(await post({ text: 'x', thread_ts: '1.000001' })).toBe('thread_not_found');
  expect(await post({ text: 'x', markdown_text: 'y' })).toBe('markdown_text_conflict');
  expect(await post({ markdown_text: 'y'.repeat(12_001) })).toBe('msg_too_long');
  expect(await post({ text: 'x', blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) })).toBe(
    'invalid_blocks',
  );
  expect(await post({ text: 'x', blocks: [section('y'.repeat(3001))] })).toBe('invalid_blocks');
  expect(await post({ text: 'x', blocks: [button('y'.repeat(76))] })).toBe('invalid_blocks');
  expect(await post({ text: 'x', blocks: [section('y'.repeat(3000)), button('y'.repeat(75))] })).toBe('accepted');
  expect(await refusal(client.chat.update({ channel, ts: ts!, text: 'y'.repeat(4001) }))).toBe('msg_too_long');
  expect(await refusal(client.chat.update({ channel, ts: ts!, text: 'y'.repeat(4000) }))).toBe('accepted');
  expect(await refusal(client.chat.update({ channel, ts: theirs, text: 'y' }))).toBe('cant_update_message');
  expect(await refusal(client.chat.update({ channel, ts: '1.000001', text: 'y' }))).toBe('message_not_found');
  expect(await refusal(client.conversations.replies({ channel, ts: '1.000001' }))).toBe('thread_not_found');
  expect(await refusal(client.users.info({ user: 'UNONE' }))).toBe('user_not_found');
});

test('the 51st edit in a minute and the sixth quick post in a channel are told to wait', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const lab = await openLab({ rateLimits: 'on' });
  const client = clientOf(lab);
  const { ts } = await client.chat.postMessage({ channel: 'CHELP', text: '0' });
  const edits = await Promise.allSettled(
    Array.from({ length: 51 }, (_, index) => client.chat.update({ channel: 'CHELP', ts: ts!, text: String(index) })),
  );
  expect(edits.filter(({ status }) => status === 'rejected')).toMatchObject([
    { reason: { code: 'slack_webapi_rate_limited_error', retryAfter: expect.any(Number) } },
  ]);
  const posts = await Promise.allSettled(
    Array.from({ length: 5 }, () => client.chat.postMessage({ channel: 'CHELP', text: 'x' })),
  );
  expect(posts.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(await refusal(client.chat.postMessage({ channel: 'DADA', text: 'another channel' }))).toBe('accepted');
});

test('an event is sent again until it is acknowledged, with the number and the reason', async () => {
  const lab = await openLab();
  const endpoint = await openEndpoint((count, response) => response.writeHead(count < 3 ? 500 : 200).end());
  lab.setEventsUrl(endpoint.url);
  const outcome = await lab.deliver({ type: 'message', text: 'x' });
  expect(outcome).toMatchObject({
    delivered: true,
    attempts: [{ status: 500, reason: 'http_error' }, { status: 500 }, { status: 200, reason: null }],
  });
  expect(endpoint.headers.map((headers) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
    [undefined, undefined],
    ['1', 'http_error'],
    ['2', 'http_error'],
  ]);
});

test('an app that stays silent is called four times; one that says so is not called again', async () => {
  const lab = await openLab({ ackTimeoutMs: 30 });
  const silent = await openEndpoint(() => undefined);
  lab.setEventsUrl(silent.url);
  expect((await lab.deliver({ type: 'message' })).attempts.map(({ reason }) => reason)).toEqual(
    Array(4).fill('http_timeout'),
  );
  const stopping = await openEndpoint((_, response) => response.writeHead(500, { 'x-slack-no-retry': '1' }).end());
  lab.setEventsUrl(stopping.url);
  expect((await lab.deliver({ type: 'message' })).attempts).toHaveLength(1);
});

test('Bolt accepts the signature and the URL handshake, and refuses forged and stale requests', async () => {
  const lab = await openLab({ retryDelaysMs: [] });
  await openBolt(lab);
  expect(await lab.verifyEventsUrl()).toBe(true);
  expect((await lab.deliver({ type: 'app_home_opened' })).attempts[0]?.status).toBe(200);
  expect((await lab.deliver({ type: 'app_home_opened' }, { signingSecret: 'wrong' })).attempts[0]?.status).toBe(401);
  expect((await lab.deliver({ type: 'app_home_opened' }, { timestampShiftSeconds: -600 })).attempts[0]?.status).toBe(
    401,
  );
});

test('a button opens a dialog, and what the person types reaches the app', async () => {
  const lab = await openLab();
  const { app } = await openBolt(lab);
  const texts: (string | null | undefined)[] = [];
  app.action('reply:asks', async ({ ack, body, client, respond }) => {
    await ack();
    const input = {
      type: 'input' as const,
      block_id: 'b',
      label: { type: 'plain_text' as const, text: 'Answer' },
      element: { type: 'plain_text_input' as const, action_id: 'a' },
    };
    const title = { type: 'plain_text' as const, text: 'Reply' };
    await client.views.open({
      trigger_id: (body as { trigger_id: string }).trigger_id,
      view: { type: 'modal', callback_id: 'reply', title, submit: title, blocks: [input] },
    });
    await respond({ text: 'noted', replace_original: true, blocks: [] });
  });
  app.view('reply', async ({ ack, view }) => {
    const text = view.state.values['b']?.['a']?.value;
    texts.push(text);
    await ack(text === 'rude' ? { response_action: 'errors', errors: { b: 'Be kind' } } : undefined);
  });
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: 'Case 7' } },
    { type: 'section', text: { type: 'mrkdwn', text: 'Printer' }, fields: [{ type: 'mrkdwn', text: '*Wait*\n3 min' }] },
    {
      type: 'actions',
      elements: [
        { type: 'button', action_id: 'reply:asks', style: 'primary', text: { type: 'plain_text', text: 'Reply' } },
      ],
    },
  ];
  const client = clientOf(lab);
  const post = async () => (await client.chat.postMessage({ channel: 'CHELP', text: 'Case 7', blocks })).ts!;
  const message = await post();
  expect(lab.pane.view('CHELP').messages[0]).toMatchObject({
    title: 'Case 7',
    text: 'Printer',
    facts: [{ label: 'Wait', value: '3 min' }],
    actions: [{ id: 'reply:asks', label: 'Reply', style: 'primary', asks: 'Reply' }],
  });
  const press = { room: 'CHELP', user: 'UADA', action: 'reply:asks' };
  await lab.pane.press({ ...press, message, text: 'on my way' });
  await vi.waitFor(() => expect(lab.pane.view('CHELP').messages[0]).toMatchObject({ text: 'noted', actions: [] }));
  await expect(lab.pane.press({ ...press, message: await post(), text: 'rude' })).rejects.toThrow('Be kind');
  expect(texts).toEqual(['on my way', 'rude']);
  expect(
    await refusal(
      client.views.open({
        trigger_id: '1.2.c',
        view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] },
      }),
    ),
  ).toBe('invalid_trigger_id');
});

test('pages are followed to the end and an unknown cursor is refused', async () => {
  const lab = await openLab();
  const client = clientOf(lab);
  for (let index = 0; index < 5; index += 1) await lab.pane.say({ room: 'CHELP', user: 'UADA', text: String(index) });
  const texts: (string | undefined)[] = [];
  for await (const page of client.paginate('conversations.history', { channel: 'CHELP', limit: 2 }))
    texts.push(...((page as { messages?: { text: string }[] }).messages ?? []).map(({ text }) => text));
  expect(texts).toEqual(['4', '3', '2', '1', '0']);
  expect(await refusal(client.conversations.history({ channel: 'CHELP', cursor: 'bm9uc2Vuc2U=' }))).toBe(
    'invalid_cursor',
  );
});

test('a status line shows until the answer, and a private hint is in no history', async () => {
  const lab = await openLab();
  const client = clientOf(lab);
  const ts = await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'hm' });
  await client.assistant.threads.setStatus({ channel_id: 'DADA', thread_ts: ts, status: 'is thinking' });
  expect(lab.pane.view('DADA').typing).toBe('support is thinking');
  await client.chat.postMessage({ channel: 'DADA', thread_ts: ts, markdown_text: '**yes**' });
  expect(lab.pane.view('DADA')).toMatchObject({
    typing: null,
    messages: [{}, { text: '**yes**', markup: 'markdown' }],
  });
  await client.chat.postEphemeral({ channel: 'CHELP', user: 'UADA', text: 'psst' });
  expect(lab.pane.view('CHELP').messages[0]).toMatchObject({ text: 'psst', status: 'only visible to Ada Byron' });
  expect((await client.conversations.history({ channel: 'CHELP' })).messages).toEqual([]);
});

test('a person edits, reacts to and takes back a message, and the app hears each', async () => {
  const lab = await openLab();
  const { envelopes } = await openBolt(lab);
  const message = await lab.pane.say({ room: 'CHELP', user: 'UADA', text: 'helo' });
  lab.edit({ room: 'CHELP', user: 'UADA', message, text: 'hello' });
  expect(lab.pane.view('CHELP').messages[0]).toMatchObject({ text: 'hello', edited: true });
  lab.react({ room: 'CHELP', user: 'UADA', message, name: 'thumbsup' });
  lab.remove({ room: 'CHELP', user: 'UADA', message });
  expect(lab.pane.view('CHELP').messages).toEqual([]);
  const kinds = () => envelopes.map(({ event }) => event.subtype ?? event.type).toSorted();
  await vi.waitFor(() => expect(kinds()).toEqual(['message', 'message_changed', 'message_deleted', 'reaction_added']));
  const { ts } = await clientOf(lab).chat.postMessage({ channel: 'CHELP', text: 'ours' });
  expect(() => lab.edit({ room: 'CHELP', user: 'UADA', message: ts!, text: 'x' })).toThrow('cant_update_message');
});

test('a token without the scope is told which one it lacks', async () => {
  const lab = await openLab({ scopes: ['chat:write', 'im:history'] });
  const client = clientOf(lab);
  expect(await refusal(client.conversations.history({ channel: 'DADA' }))).toBe('accepted');
  await expect(client.conversations.history({ channel: 'CHELP' })).rejects.toMatchObject({
    data: { error: 'missing_scope', needed: 'channels:history', provided: 'chat:write,im:history' },
  });
});
