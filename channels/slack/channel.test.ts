import { createHmac } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import type { Channel, InboundAction, InboundEvent, InboundMessage, SentKey, ThreadKey } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import { openSlackLab, type SlackLab, type SlackLabOptions } from '#lab/slack/server.ts';
import { createWebhookServer } from '#test/support/webhook-server.ts';
import { createSlackChannel } from './channel.ts';
import manifest from './manifest.json' with { type: 'json' };
import type { SlackConfigInput } from './config.ts';

const secrets = { signingSecret: 'shh', botToken: 'xoxb-lab', appToken: 'xapp-lab' };
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

const openLab = async (options: Partial<SlackLabOptions> = {}): Promise<SlackLab> => {
  const lab = await openSlackLab({
    ...secrets,
    // What the manifest asks for is enough.
    scopes: manifest.oauth_config.scopes.bot,
    botEvents: manifest.settings.event_subscriptions.bot_events,
    teamId: 'T1',
    appId: 'A1',
    rateLimits: 'off',
    retryDelaysMs: [0, 5, 5],
    ...options,
  });
  open.push(() => lab.close());
  lab.addUser({ id: 'UADA', name: 'Ada Byron', email: 'ada@example.com' });
  lab.addRoom({ id: 'DADA', name: 'Ada', kind: 'im', user: 'UADA' });
  lab.addRoom({ id: 'CHELP', name: 'help', kind: 'channel' });
  return lab;
};

/** Serves the channel's webhook and points the lab at it. */
const serve = async (channel: Channel, lab: SlackLab): Promise<string> => {
  const server = await createWebhookServer(channel);
  open.push(() => server[Symbol.asyncDispose]());
  const url = `${server.url}/channels/slack/events`;
  lab.setEventsUrl(url);
  return url;
};

const openChannel = async (lab: SlackLab, more: Partial<SlackConfigInput> = {}) => {
  const events: (InboundEvent | null)[] = [];
  const failures: Error[] = [];
  const channel = createSlackChannel({
    botToken: secrets.botToken,
    signingSecret: secrets.signingSecret,
    apiUrl: lab.url,
    ...more,
  });
  await channel.start(async (event) => {
    const failure = failures.shift();
    if (failure) throw failure;
    events.push(event);
  });
  open.push(() => channel.stop());
  const url = await serve(channel, lab);
  const messages = () => events.filter((event): event is InboundMessage => event?.kind === 'message');
  const actions = () => events.filter((event): event is InboundAction => event?.kind === 'action');
  return { channel, events, messages, actions, failures, url };
};

const thread = (room: string, root: string | null = null) => JSON.stringify({ team: 'T1', room, root }) as ThreadKey;

/** Posts a body as Slack would sign it. */
const post = (url: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const digest = createHmac('sha256', secrets.signingSecret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${digest}`,
      ...headers,
    },
  });
};

const problem = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'accepted',
    (error: unknown) => (error instanceof ChannelError ? `${error.reason}: ${error.code}` : error),
  );

test('a direct message is stored without asking the platform for anything; who wrote it is asked for later', async () => {
  const lab = await openLab();
  const { channel, messages } = await openChannel(lab);
  const calls = lab.calls();
  const ts = await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'Hello' });
  await lab.command({ room: 'CHELP', user: 'UADA', text: 'ask Hello' });
  await vi.waitFor(() => expect(messages()).toHaveLength(2));
  expect(lab.calls()).toBe(calls);
  const sender = { id: 'UADA', organization: 'T1', displayName: 'UADA' };
  expect(messages().find(({ id }) => id === `T1:DADA:${ts}`)).toMatchObject({ text: 'Hello', addressed: true, sender });
  expect(new Set(messages().map((message) => message.thread))).toEqual(new Set([thread('UADA')]));
  expect(await channel.acquaint!(sender)).toEqual({
    ...sender,
    displayName: 'Ada Byron',
    email: 'ada@example.com',
    locale: 'en-GB',
    timezone: 'Europe/London',
  });
});

test('who a person is may stay unknown, and is asked for again later', async () => {
  const lab = await openLab({ scopes: ['chat:write'] });
  const { channel } = await openChannel(lab);
  const sender = { id: 'UADA', organization: 'T1', displayName: 'UADA' };
  expect(await channel.acquaint!(sender)).toEqual(sender);
  await lab.close();
  expect(await channel.acquaint!({ ...sender, id: 'UBOB', displayName: 'UBOB' })).toMatchObject({
    displayName: 'UBOB',
  });
});

test('who was never heard from is written to, and found again, in their direct messages', async () => {
  const lab = await openLab();
  const { channel } = await openChannel(lab);
  const since = new Date();
  const sent = await channel.send(thread('UADA'), { text: 'Hello' }, 'k');
  expect(lab.pane.view('DADA').messages).toMatchObject([{ text: 'Hello' }]);
  const another = await openChannel(lab);
  expect(await another.channel.findSent!(thread('UADA'), 'k', since, { text: 'Hello' })).toEqual(sent);
  await another.channel.edit!(sent, { text: 'Hello!' });
  expect(lab.pane.view('DADA').messages).toMatchObject([{ text: 'Hello!' }]);
});

test('trap 3: a mention arrives twice under one id', async () => {
  const lab = await openLab();
  const { messages } = await openChannel(lab);
  const ts = await lab.pane.say({ room: 'CHELP', user: 'UADA', text: `<@${lab.botUserId}> help` });
  await vi.waitFor(() => expect(messages()).toHaveLength(2));
  expect(new Set(messages().map(({ id }) => id))).toEqual(new Set([`T1:CHELP:${ts}`]));
  expect(messages()[0]).toMatchObject({ text: 'help', thread: thread('CHELP', ts), setting: 'group', addressed: true });
});

test('trap 1: an event is acknowledged once it is stored; one that could not be is delivered again', async () => {
  const lab = await openLab();
  const { messages, failures } = await openChannel(lab);
  failures.push(new Error('the database is away'));
  const outcome = await lab.deliver({
    type: 'message',
    channel: 'DADA',
    channel_type: 'im',
    user: 'UADA',
    ts: '1.000001',
    text: 'Hello',
  });
  expect(outcome.attempts.map(({ status }) => status)).toEqual([500, 200]);
  expect(messages().map(({ text }) => text)).toEqual(['Hello']);
});

test('what is not signed, or not now, is refused and never received', async () => {
  const lab = await openLab({ retryDelaysMs: [] });
  const { events } = await openChannel(lab);
  const event = { type: 'message', channel: 'DADA', channel_type: 'im', user: 'UADA', ts: '1.000001', text: 'Hello' };
  for (const sign of [{ signingSecret: 'other' }, { timestampShiftSeconds: -400 }, { timestampShiftSeconds: 400 }])
    expect((await lab.deliver(event, sign)).attempts).toMatchObject([{ status: 401 }]);
  expect(events).toEqual([]);
  expect((await lab.deliver(event)).delivered).toBe(true);
});

test('broken content is refused by what is wrong with it', async () => {
  const lab = await openLab();
  const { events, url } = await openChannel(lab, { appId: 'A1' });
  const answer = async (response: Promise<Response>) => [(await response).status, await (await response).text()];
  expect(await answer(post(url, '{"type":'))).toEqual([400, 'bad_body']);
  expect(await answer(post(url, '[]'))).toEqual([400, 'bad_body']);
  expect(await answer(post(url, new Uint8Array([0x7b, 0xff, 0x7d])))).toEqual([400, 'bad_encoding']);
  expect(await answer(post(url, 'x', { 'content-type': 'text/plain' }))).toEqual([415, 'bad_content_type']);
  expect(await answer(post(url, '{}', { 'x-slack-signature': 'v0=x' }))).toEqual([401, 'bad_signature']);
  expect((await fetch(url)).status).toBe(405);
  for (const body of [
    { type: 'event_callback', team_id: 'T2' },
    { type: 'event_callback', team_id: 'T1', api_app_id: 'A2' },
  ]) {
    const refused = await post(url, JSON.stringify(body));
    expect([refused.status, refused.headers.get('x-slack-no-retry')]).toEqual([403, '1']);
  }
  expect(events).toEqual([]);
});

test('the handshakes are answered, and a form may name its charset', async () => {
  const lab = await openLab();
  const { events, url } = await openChannel(lab);
  expect(await lab.verifyEventsUrl()).toBe(true);
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  expect((await post(url, 'ssl_check=1&token=x', form)).status).toBe(200);
  expect(events).toEqual([]);
  expect((await post(url, JSON.stringify({ type: 'app_rate_limited', team_id: 'T1', api_app_id: 'A1' }))).status).toBe(
    200,
  );
  expect(events).toEqual([null]);
});

test('trap 39: a sent message can be edited, found again, and answered in its thread', async () => {
  const lab = await openLab();
  const { channel, messages } = await openChannel(lab);
  const since = new Date();
  const sent = await channel.send(channel.room!('CHELP'), { text: 'Hel', partial: true }, 'key-1');
  const { ts } = JSON.parse(sent.message) as { ts: string };
  expect(sent.thread).toBe(thread('CHELP', ts));
  await channel.edit!(sent, { text: 'Hello <!channel>', title: 'Case', facts: [{ label: 'Plan', value: 'Gold' }] });
  expect(lab.pane.view('CHELP').messages).toMatchObject([
    {
      text: 'Hello <\u200b!channel>',
      title: 'Case',
      facts: [{ label: 'Plan', value: 'Gold' }],
      markup: 'markdown',
      edited: true,
    },
  ]);
  expect(await channel.findSent!(channel.room!('CHELP'), 'key-1', since, { text: '' })).toEqual(sent);
  expect(await channel.findSent!(channel.room!('CHELP'), 'key-2', since, { text: '' })).toBeNull();
  await lab.pane.say({ room: 'CHELP', user: 'UADA', text: 'thanks', thread: ts });
  await vi.waitFor(() => expect(messages()).toMatchObject([{ text: 'thanks', thread: sent.thread, addressed: false }]));
  const reply = await channel.send(sent.thread, { text: 'Welcome' }, 'key-3');
  expect(reply.thread).toBe(sent.thread);
  expect(await channel.findSent!(sent.thread, 'key-3', since, { text: '' })).toEqual(reply);
});

test('a direct message goes on at its top level', async () => {
  const lab = await openLab();
  const { channel } = await openChannel(lab);
  expect((await channel.send(thread('UADA'), { text: 'Hi' }, 'k')).thread).toBe(thread('UADA'));
});

test('the longest text can be posted and edited', async () => {
  const lab = await openLab();
  const { channel } = await openChannel(lab);
  const text = 'x'.repeat(4000);
  expect(channel.fits({ text })).toBe(true);
  expect(channel.fits({ text: `${text}x` })).toBe(false);
  const sent = await channel.send(thread('UADA'), { text }, 'k');
  await channel.edit!(sent, { text: text.replaceAll('x', 'y') });
  expect(lab.pane.view('DADA').messages[0]?.text).toBe(text.replaceAll('x', 'y'));
});

test('trap 11: a pressed button arrives, and one that asks opens its dialog before anything is stored, and brings the text', async () => {
  const lab = await openLab();
  const { channel, events, actions } = await openChannel(lab);
  const actionsShown = [
    { id: 'human', label: 'A person' },
    { id: 'resolve', label: 'Resolve', asks: 'What solved it?' },
  ];
  const sent = await channel.send(thread('CHELP'), { text: 'Well?', actions: actionsShown }, 'k');
  const { ts } = JSON.parse(sent.message) as { ts: string };
  await lab.pane.press({ room: 'CHELP', user: 'UADA', message: ts, action: 'human' });
  await lab.pane.press({ room: 'CHELP', user: 'UADA', message: ts, action: 'resolve:asks', text: 'A new cable' });
  expect(actions()).toMatchObject([
    { action: 'human', thread: sent.thread, message: sent.message, sender: { id: 'UADA' } },
    { action: 'resolve', thread: sent.thread, message: sent.message, text: 'A new cable' },
  ]);
  expect(events.at(-2)).toBeNull();
});

test('the typing line shows in a thread only', async () => {
  const lab = await openLab();
  const { channel } = await openChannel(lab);
  const sent = await channel.send(thread('CHELP'), { text: 'Hi' }, 'k');
  await channel.showTyping!(thread('CHELP'), 'writing');
  expect(lab.pane.view('CHELP').typing).toBeNull();
  await channel.showTyping!(sent.thread, 'writing');
  expect(lab.pane.view('CHELP').typing).toContain('is typing');
  await channel.showTyping!(sent.thread, 'searching');
  expect(lab.pane.view('CHELP').typing).toContain('is looking that up');
});

test('a conversation is called by its first question, in short', async () => {
  const lab = await openLab();
  const { channel } = await openChannel(lab);
  const sent = await channel.send(thread('CHELP'), { text: 'Hi' }, 'k');
  await channel.showTyping!(sent.thread, 'writing', `Where is\n my ${'very '.repeat(30)}late parcel?`);
  await channel.showTyping!(sent.thread, 'writing');
  const room = (lab.state() as { rooms: { id: string; titles: Record<string, string> }[] }).rooms.find(
    ({ id }) => id === 'CHELP',
  );
  expect(Object.values(room?.titles ?? {})).toEqual([`Where is my ${'very '.repeat(30)}`.slice(0, 60)]);
});

test('suggestions are offered above the line that the person writes on as well, where the workspace has that', async () => {
  const lab = await openLab();
  const { channel } = await openChannel(lab);
  await channel.send(thread('UADA'), { text: 'Welcome', suggestions: ['Where is my order?'] }, 'k');
  const rooms = () => (lab.state() as { rooms: { id: string; prompts: object }[] }).rooms;
  const prompts = { '': [{ title: 'Where is my order?', message: 'Where is my order?' }] };
  await vi.waitFor(() => expect(rooms().find(({ id }) => id === 'DADA')).toMatchObject({ prompts }));
});

test('trap 6: each failure is told at once, and says whether a retry makes sense', async () => {
  const lab = await openLab({ rateLimits: 'on' });
  const { channel } = await openChannel(lab);
  lab.addRoom({ id: 'CAWAY', name: 'away', kind: 'channel', joined: false });
  expect(await problem(channel.send(thread('CNONE'), { text: 'x' }, 'k'))).toBe('unreachable: channel_not_found');
  expect(await problem(channel.send(thread('CAWAY'), { text: 'x' }, 'k'))).toBe('unreachable: not_in_channel');
  expect(
    await problem(
      channel.edit!({ message: '{"room":"CHELP","ts":"1.1"}' as SentKey, thread: thread('CHELP') }, { text: 'x' }),
    ),
  ).toBe('refused: message_not_found');
  const burst = await Promise.allSettled(
    Array.from({ length: 30 }, (_, index) => channel.send(thread('CHELP'), { text: 'x' }, `k${index}`)),
  );
  const limited = burst.flatMap((result) => (result.status === 'rejected' ? [result.reason as ChannelError] : []));
  expect(limited[0]).toMatchObject({ reason: 'rate_limited', retryAfterMs: expect.any(Number) });
  expect(await channel.health!()).toEqual({ ok: true });
  await lab.close();
  expect(await problem(channel.send(thread('CHELP'), { text: 'x' }, 'k'))).toBe('ambiguous: no_answer');
  expect(await channel.health!()).toEqual({ ok: false, problem: 'no_answer' });
});

test('a wrong token or workspace is told at the start', async () => {
  const lab = await openLab();
  const start = (more: object) =>
    problem(createSlackChannel({ ...secrets, apiUrl: lab.url, ...more }).start(async () => undefined));
  expect(await start({ botToken: 'xoxb-wrong' })).toBe('rate_limited: invalid_auth');
  expect(await start({ teamId: 'T2' })).toBe('refused: foreign_team');
  expect(await start({ appToken: 'xapp-wrong' })).toBe('rate_limited: invalid_auth');
});

test('an API address without a path means its /api/', async () => {
  const lab = await openLab();
  const { channel } = await openChannel(lab, { apiUrl: new URL(lab.url).origin });
  expect(await channel.health!()).toEqual({ ok: true });
});

test('trap 2: events and acts come over a socket, again after a failure, and after a reconnect', async () => {
  const lab = await openLab({ ackTimeoutMs: 500, retryDelaysMs: [0, 100, 100, 100] });
  const { channel, messages, actions, failures } = await openChannel(lab, { appToken: secrets.appToken });
  failures.push(new Error('the database is away'));
  const event = { type: 'message', channel: 'DADA', channel_type: 'im', user: 'UADA', ts: '1.000001', text: 'Hello' };
  const retried = lab.deliver(event);
  await vi.waitFor(() => expect(messages()).toHaveLength(1), { timeout: 4000 });
  expect((await retried).attempts.map(({ via, reason }) => [via, reason])).toEqual([
    ['socket', 'timeout'],
    ['socket', null],
  ]);
  const sent = await channel.send(
    thread('UADA'),
    { text: 'Well?', actions: [{ id: 'human', label: 'A person' }] },
    'k',
  );
  await lab.pane.press({
    room: 'DADA',
    user: 'UADA',
    message: (JSON.parse(sent.message) as { ts: string }).ts,
    action: 'human',
  });
  expect(actions()).toMatchObject([{ action: 'human', thread: thread('UADA') }]);
  const sockets = () => (lab.state() as { sockets: number }).sockets;
  lab.disconnectSockets('refresh_requested');
  await vi.waitFor(() => expect(sockets()).toBe(0), { interval: 1 });
  await vi.waitFor(() => expect(sockets()).toBe(2), { timeout: 4000 });
  await lab.deliver({ ...event, ts: '1.000002', text: 'Back' });
  expect(messages().map(({ text }) => text)).toEqual(['Hello', 'Back']);
}, 15_000);

test('trap 14: while one connection is away, the other takes what comes at the first try', async () => {
  const lab = await openLab({ ackTimeoutMs: 500, retryDelaysMs: [0, 5] });
  const { messages } = await openChannel(lab, { appToken: secrets.appToken });
  const sockets = () => (lab.state() as { sockets: number }).sockets;
  await vi.waitFor(() => expect(sockets()).toBe(2), { timeout: 4000 });
  lab.setFaults([
    { server: 'slack', method: 'apps.connections.open', fault: 'error' },
    { server: 'slack', method: 'socket', fault: 'refresh', times: 1 },
  ]);
  const say = (text: string, ts: string) =>
    lab.deliver({ type: 'message', channel: 'DADA', channel_type: 'im', user: 'UADA', ts, text });
  // The acknowledgement of the event that the connection is sent away behind is lost: it comes again over the other.
  expect((await say('One', '1.000001')).attempts.at(-1)).toMatchObject({ via: 'socket', reason: null });
  for (const [text, ts] of [
    ['Two', '1.000002'],
    ['Three', '1.000003'],
  ] as const) {
    expect((await say(text, ts)).attempts).toMatchObject([{ via: 'socket', reason: null }]);
    expect(sockets()).toBe(1);
  }
  expect(new Set(messages().map(({ text }) => text))).toEqual(new Set(['One', 'Two', 'Three']));
  lab.setFaults(null);
  await vi.waitFor(() => expect(sockets()).toBe(2), { timeout: 8000 });
}, 15_000);

test('trap 14: an envelope without an event leaves the socket as it was', async () => {
  const lab = await openLab({ ackTimeoutMs: 200, retryDelaysMs: [] });
  const { messages } = await openChannel(lab, { appToken: secrets.appToken });
  expect((await lab.deliver(null as unknown as Record<string, unknown>)).delivered).toBe(false);
  await lab.deliver({ type: 'message', channel: 'DADA', channel_type: 'im', user: 'UADA', ts: '1.1', text: 'Hello' });
  expect(messages()).toMatchObject([{ text: 'Hello' }]);
});

test('what a person changes, judges and takes back arrives over the wire; what we edit ourselves does not', async () => {
  const lab = await openLab();
  const { channel, events, messages } = await openChannel(lab);
  const message = await lab.pane.say({ room: 'DADA', user: 'UADA', text: 'Hello' });
  await vi.waitFor(() => expect(messages()).toHaveLength(1));
  const sent = await channel.send(thread('UADA'), { text: 'Hi' }, 'k');
  await channel.edit!(sent, { text: 'Hi there' });
  const target = { room: 'DADA', user: 'UADA', message };
  lab.edit({ ...target, text: 'Hello again' });
  lab.react({ ...target, message: (JSON.parse(sent.message) as { ts: string }).ts, name: 'thumbsup' });
  lab.remove(target);
  const kinds = () => events.flatMap((event) => (event ? [event.kind] : [])).toSorted();
  await vi.waitFor(() => expect(kinds()).toEqual(['deleted', 'edited', 'feedback', 'message']));
  const of = messages()[0]!.id;
  expect(events.find((event) => event?.kind === 'edited')).toMatchObject({ of, text: 'Hello again' });
  expect(events.find((event) => event?.kind === 'deleted')).toMatchObject({ of });
  expect(events.find((event) => event?.kind === 'feedback')).toMatchObject({ message: sent.message, rating: 'good' });
});

test('trap 5: edits of all rooms are counted together, and stay below what the workspace allows in a minute', async () => {
  const { channel } = await openChannel(await openLab());
  const [one, other] = ['DADA', 'CHELP'].map((room) => channel.budget!(thread(room), 'edit'));
  expect(one).toEqual(other);
  expect((one?.size ?? 0) + (one?.refillPerMinute ?? 0)).toBeLessThanOrEqual(50);
  expect(channel.limits.editIntervalMs).toBeGreaterThanOrEqual(1200);
});
