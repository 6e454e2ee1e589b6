import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Channel, InboundEvent, SentMessage, Shelf, ThreadKey } from '#core/channel.ts';
import { openSlackFront, type SlackFront } from '#lab/slack/front.ts';
import type { OAuthOptions } from '#lab/slack/oauth.ts';
import { openSlackLab, type SlackLab, type SlackLabOptions } from '#lab/slack/server.ts';
import { createVault } from '#privacy/vault.ts';
import type { Store } from '#store/open.ts';
import { createShelves } from '#store/shelves.ts';
import { openTestDatabase, openTestStore } from '#test/support/test-database.ts';
import { createWebhookServer, type WebhookServer } from '#test/support/webhook-server.ts';
import { createSlackChannel } from './channel.ts';
import manifest from './manifest.json' with { type: 'json' };

const oauth = { clientId: '1.2', clientSecret: 'client secret' };
const publicUrl = 'https://support.example.com';
const links = { link: '/channels/slack/install', callback: '/channels/slack/oauth/callback' };

let stack: AsyncDisposableStack;
let store: Store;
let shelf: Shelf;
let front: SlackFront;
let labs: Record<string, SlackLab>;
let server: WebhookServer;
let channel: Channel;
let events: InboundEvent[];

/** A process of its own: nothing but the database is shared. */
const openChannel = async (): Promise<Channel> => {
  const opened = createSlackChannel({ signingSecret: 'shh', apiUrl: front.url, publicUrl, ...oauth });
  await opened.start(async (event) => void (event && events.push(event)), shelf);
  stack.defer(() => opened.stop());
  return opened;
};
const openWorkspace = async (teamId: string, options: Partial<SlackLabOptions>): Promise<SlackLab> => {
  const lab = await openSlackLab({
    signingSecret: 'shh',
    botToken: 'xoxb-nobodys',
    appId: 'A1',
    rateLimits: 'off',
    scopes: manifest.oauth_config.scopes.bot,
    botEvents: manifest.settings.event_subscriptions.bot_events,
    retryDelaysMs: [],
    teamId,
    oauth,
    ...options,
  });
  stack.defer(() => lab.close());
  lab.addUser({ id: 'UADA', name: `Ada of ${teamId}` });
  lab.addRoom({ id: 'DADA', name: 'Ada', kind: 'im', user: 'UADA' });
  return lab;
};
/** Two workspaces with the same people and rooms, as ids are those of one workspace. */
const open = async (options: Partial<SlackLabOptions> = {}): Promise<void> => {
  labs = { T1: await openWorkspace('T1', options), T2: await openWorkspace('T2', options) };
  front = stack.use(await openSlackFront(labs));
  channel = await openChannel();
  server = stack.use(await createWebhookServer(channel));
  for (const lab of Object.values(labs)) lab.setEventsUrl(`${server.url}/channels/slack/events`);
};
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  events = [];
  store = await openTestStore(stack.use(await openTestDatabase()));
  stack.use(store);
  shelf = createShelves(store, createVault(randomBytes(32)).sealerOf('shelves'))('slack');
});
afterEach(async () => {
  vi.useRealTimers();
  await stack[Symbol.asyncDispose]();
});

/** As a browser that follows no link by itself. */
const visit = (address: string, cookie = '') => fetch(address, { redirect: 'manual', headers: { cookie } });
const visitLink = async () => {
  const link = await visit(server.url + links.link);
  const cookie = (link.headers.get('set-cookie') ?? '').split(';')[0]!;
  const approved = await visit(link.headers.get('location') ?? '');
  const back = new URL(approved.headers.get('location') ?? '');
  return { link, cookie, callback: server.url + back.pathname + back.search };
};
const install = async (teamId: string): Promise<void> => {
  front.signIn(teamId);
  const { cookie, callback } = await visitLink();
  const installed = await visit(callback, cookie);
  expect([installed.status, await installed.text()]).toEqual([200, expect.stringContaining('is installed')]);
};
const direct = (team: string, root: string | null = null) => JSON.stringify({ team, room: 'UADA', root }) as ThreadKey;
const said = (team: string) => labs[team]!.pane.view('DADA').messages.map(({ text }) => text);
const say = (team: string, text = 'Hello') => labs[team]!.pane.say({ room: 'DADA', user: 'UADA', text });
const later = (hours: number) => {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + hours * 3_600_000);
};
const problem = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'accepted',
    ({ reason, code }: { reason: string; code: string }) => `${reason}: ${code}`,
  );

test('a workspace installs the app, and is answered with a token that nobody can read in the database', async () => {
  await open();
  expect(await problem(channel.send(direct('T1'), { text: 'Hello' }, 'k'))).toBe('unreachable: not_installed');
  const { link } = await visitLink();
  const asked = new URL(link.headers.get('location') ?? '').searchParams;
  expect(asked.get('scope')?.split(',')).toContain('chat:write');
  expect(asked.get('redirect_uri')).toBe(publicUrl + links.callback);
  expect(link.headers.get('set-cookie')).toMatch(/^__Host-.*; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  await install('T1');
  await say('T1');
  await vi.waitFor(() => expect(events).toMatchObject([{ kind: 'message', thread: direct('T1') }]));
  const sender = { id: 'UADA', organization: 'T1', displayName: 'UADA' };
  expect(events).toMatchObject([{ sender }]);
  expect(await channel.acquaint!(sender)).toMatchObject({ displayName: 'Ada of T1' });
  await channel.send(direct('T1'), { text: 'Hi' }, 'k');
  expect(said('T1')).toEqual(['Hello', 'Hi']);
  const rows = await store.query<{ value: string }>(`select value from setting`);
  const kept = rows.map(({ value }) => value + Buffer.from(value, 'base64').toString('latin1')).join('\n');
  expect(await shelf.read('install:T1')).toContain('xoxb-');
  expect(kept).not.toContain('xoxb-');
});

describe('an answer of the platform is taken', () => {
  beforeEach(() => open());
  const isRefused = async (address: string, cookie: string) => {
    const refused = await visit(address, cookie);
    expect([refused.status, await refused.text()]).toEqual([400, 'bad_state']);
    expect(await shelf.read('install:T1')).toBeNull();
  };

  test('in the browser that asked for it', async () => {
    const [one, other] = [await visitLink(), await visitLink()];
    await isRefused(one.callback, '');
    await isRefused(one.callback, other.cookie);
  });

  test('as it was signed', async () => {
    const { callback, cookie } = await visitLink();
    const longer = (text: string) => text.replace(/\.(\d{13})\./, (_, until: string) => `.${Number(until) + 1000}.`);
    await isRefused(longer(callback), longer(cookie));
    const [forged] = [`x.9999999999999.${'0'.repeat(64)}`];
    await isRefused(`${server.url}${links.callback}?code=1&state=${forged}`, `__Host-firstline-slack=${forged}`);
  });

  test('for ten minutes', async () => {
    const { callback, cookie } = await visitLink();
    later(10.1 / 60);
    await isRefused(callback, cookie);
  });

  test('once', async () => {
    const { callback, cookie } = await visitLink();
    expect((await visit(callback, cookie)).status).toBe(200);
    await shelf.forget('install:T1');
    await isRefused(callback, cookie);
  });

  test('with a code that the platform gave', async () => {
    const { callback, cookie } = await visitLink();
    const refused = await visit(callback.replace(/code=T1\.\w+/, 'code=T1.guessed'), cookie);
    expect([refused.status, await refused.text()]).toEqual([503, 'not_granted']);
    const denied = await visitLink();
    const said = await visit(denied.callback.replace(/code=T1\.\w+/, 'error=access_denied'), denied.cookie);
    expect(await said.text()).toContain('not installed');
    expect(await shelf.read('install:T1')).toBeNull();
  });
});

test('each workspace is served with its own token, and one that did not install the app is refused', async () => {
  await open();
  await install('T1');
  expect(
    (await labs['T2']!.deliver({ type: 'app_home_opened', user: 'UADA', channel: 'DADA' })).attempts,
  ).toMatchObject([{ status: 403 }]);
  await install('T2');
  for (const team of ['T1', 'T2']) await channel.send(direct(team), { text: `To ${team}` }, 'k');
  expect([said('T1'), said('T2')]).toEqual([['To T1'], ['To T2']]);
});

test('trap 10: threads of assistants stay apart, those of one person and those of two workspaces with the same ids', async () => {
  await open();
  await install('T1');
  await install('T2');
  const roots = { T1: await say('T1', 'One'), T2: await say('T2', 'Two') };
  const more = await say('T1', 'Three');
  const opens = (team: 'T1' | 'T2', thread_ts: string) =>
    labs[team]!.deliver({
      type: 'assistant_thread_started',
      assistant_thread: { user_id: 'UADA', channel_id: 'DADA', thread_ts, context: { channel_id: `C${team}` } },
      event_ts: thread_ts,
    });
  await opens('T1', roots.T1);
  await opens('T2', roots.T2);
  await opens('T1', more);
  const threads = [direct('T1', roots.T1), direct('T2', roots.T2), direct('T1', more)];
  expect(events.filter(({ kind }) => kind === 'opened').map((event) => 'thread' in event && event.thread)).toEqual(
    threads,
  );
  const sent: SentMessage[] = [];
  for (const [index, thread] of threads.entries())
    sent.push(await channel.send(thread, { text: `Answer ${index}`, partial: true }, 'same:key'));
  for (const [index, one] of sent.entries()) await channel.edit!(one, { text: `Answer ${index}, whole` });
  const answers = (team: string, root: string) =>
    labs[team]!.pane.view('DADA').messages.flatMap(({ text, thread }) => (thread === root ? [text] : []));
  expect(answers('T1', roots.T1)).toEqual(['Answer 0, whole']);
  expect(answers('T2', roots.T2)).toEqual(['Answer 1, whole']);
  expect(answers('T1', more)).toEqual(['Answer 2, whole']);
});

test('an organization installs the app for its workspaces, which are answered by any process', async () => {
  await open({ enterpriseId: 'E1', oauth: { ...oauth, isForOrganization: true } });
  // A token is of the whole organization: here the workspace that it was given in knows it.
  await install('T1');
  expect(await shelf.read('install:E1')).toContain('xoxb-');
  await say('T1');
  await vi.waitFor(() => expect(events).toMatchObject([{ kind: 'message', thread: direct('T1') }]));
  const another = await openChannel();
  await another.send(direct('T1'), { text: 'Hi' }, 'k');
  expect(said('T1')).toEqual(['Hello', 'Hi']);
  later(1);
  await labs['T1']!.uninstall();
  expect(await shelf.read('install:E1')).toBeNull();
});

describe('trap 12: a token that rotates', () => {
  const rotating: OAuthOptions = { ...oauth, rotates: true };
  const renewals = () => (labs['T1']!.state() as { calls: number }).calls;
  const send = (on: Channel, key: string) => on.send(direct('T1'), { text: key }, key);

  test('is made new once, however many processes need it, long before it ends', async () => {
    await open({ oauth: rotating });
    await install('T1');
    const another = await openChannel();
    const before = await shelf.read('install:T1');
    later(10.5);
    const calls = renewals();
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(keys.map((key, index) => send(index % 2 === 0 ? channel : another, key)));
    expect(said('T1').toSorted()).toEqual(keys);
    expect(renewals()).toBe(calls + keys.length + 1);
    expect(await shelf.read('install:T1')).not.toBe(before);
    later(11);
    await send(another, 'g');
    await send(channel, 'h');
    expect(said('T1').slice(6)).toEqual(['g', 'h']);
  });

  test('is used as long as it lasts while it cannot be made new, and what is said after that waits', async () => {
    await open({ oauth: rotating });
    await install('T1');
    labs['T1']!.setFaults([{ server: 'slack', method: 'oauth.v2.access', fault: 'error' }]);
    later(11);
    await send(channel, 'a');
    later(1.5);
    expect(await problem(send(channel, 'b'))).toBe('rate_limited: token_expired');
    labs['T1']!.setFaults(null);
    await send(channel, 'b');
    expect(said('T1')).toEqual(['a', 'b']);
  });
});

describe('trap 13: an app that is taken out of a workspace', () => {
  beforeEach(async () => {
    await open();
    await install('T1');
  });

  test('leaves no token behind, and nothing more is sent there or taken from there', async () => {
    later(1);
    await labs['T1']!.uninstall();
    expect(await shelf.read('install:T1')).toBeNull();
    expect(await problem(channel.send(direct('T1'), { text: 'Hello' }, 'k'))).toBe('unreachable: not_installed');
    const outcome = await labs['T1']!.deliver({ type: 'app_home_opened', user: 'UADA', channel: 'DADA' });
    expect(outcome.attempts).toMatchObject([{ status: 403 }]);
    expect(events).toEqual([]);
  });

  test('and installed again is not forgotten by news of the end before', async () => {
    const told = await labs['T1']!.uninstall();
    const at = new Date(Date.now() - 1000);
    await install('T1');
    for (const event of told) await labs['T1']!.deliver(event, { at });
    await channel.send(direct('T1'), { text: 'Hello again' }, 'k');
    expect(said('T1')).toEqual(['Hello again']);
  });

  test('is not taken for gone where the token of a person was revoked', async () => {
    later(1);
    await labs['T1']!.deliver({ type: 'tokens_revoked', tokens: { oauth: ['UADA'], bot: [] } });
    await channel.send(direct('T1'), { text: 'Still here' }, 'k');
    expect(said('T1')).toEqual(['Still here']);
  });
});
