import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Channel, InboundEvent, ThreadKey } from '#core/channel.ts';
import { ChannelError } from '#core/errors.ts';
import { openSlackLab, type SlackLab } from '#lab/slack/server.ts';
import { createWebhookServer, type WebhookServer } from '#test/support/webhook-server.ts';

import { createSlackChannel } from './channel.ts';
import manifest from './manifest.json' with { type: 'json' };
import { renderHome } from './home.ts';

let lab: SlackLab;
let channel: Channel;
let server: WebhookServer;
let events: InboundEvent[];

const open = async (scopes?: readonly string[]): Promise<void> => {
  lab = await openSlackLab({
    signingSecret: 'shh',
    botToken: 'xoxb-lab',
    teamId: 'T1',
    rateLimits: 'off',
    scopes: scopes ?? manifest.oauth_config.scopes.bot,
    botEvents: manifest.settings.event_subscriptions.bot_events,
  });
  lab.addUser({ id: 'UADA', name: 'Ada Byron', email: 'ada@example.com' });
  lab.addRoom({ id: 'DADA', name: 'Ada', kind: 'im', user: 'UADA' });
  lab.addRoom({ id: 'CHELP', name: 'help', kind: 'channel' });
  channel = createSlackChannel({ botToken: 'xoxb-lab', signingSecret: 'shh', apiUrl: lab.url });
  events = [];
  await channel.start(async (event) => void (event && events.push(event)));
  server = await createWebhookServer(channel);
  lab.setEventsUrl(`${server.url}/channels/slack/events`);
};
const close = async (): Promise<void> => {
  await channel.stop();
  await server[Symbol.asyncDispose]();
  await lab.close();
};
beforeEach(() => open());
afterEach(close);

const direct = JSON.stringify({ team: 'T1', room: 'UADA', root: null }) as ThreadKey;
const seen = async (count = 1): Promise<InboundEvent[]> => {
  await vi.waitFor(() => expect(events).toHaveLength(count));
  return events;
};

describe('/firstline', () => {
  test.each([
    ['ask How do I return it?', { kind: 'message', text: 'How do I return it?', addressed: true, setting: 'direct' }],
    ['How do I return it?', { kind: 'message', text: 'How do I return it?' }],
    ['human', { kind: 'action', action: 'human' }],
    ['Forget', { kind: 'action', action: 'forget' }],
    ['', { kind: 'action', action: 'status' }],
    ['help', { kind: 'action', action: 'status' }],
  ])('"%s" is taken in any room, and answered in direct messages', async (text, expected) => {
    await lab.command({ room: 'CHELP', user: 'UADA', text });
    const [event] = await seen();
    expect(event).toMatchObject({ ...expected, thread: direct, sender: { id: 'UADA', displayName: 'UADA' } });
  });

  test('of another workspace is refused', async () => {
    const foreign = await openSlackLab({ signingSecret: 'shh', botToken: 'xoxb-lab', teamId: 'T2' });
    foreign.addUser({ id: 'UEVE', name: 'Eve' });
    foreign.addRoom({ id: 'DEVE', name: 'Eve', kind: 'im', user: 'UEVE' });
    foreign.setEventsUrl(`${server.url}/channels/slack/events`);
    await expect(foreign.command({ room: 'DEVE', user: 'UEVE', text: 'human' })).rejects.toThrow('403');
    await foreign.close();
    expect(events).toEqual([]);
  });
});

test('the shortcut on a message passes its words to a person', async () => {
  const ts = await lab.pane.say({ room: 'CHELP', user: 'UADA', text: 'My parcel is lost' });
  await seen();
  await lab.useShortcut({ room: 'CHELP', user: 'UADA', message: ts, callback: 'human' });
  const [, event] = await seen(2);
  expect(event).toMatchObject({ kind: 'action', action: 'human', text: 'My parcel is lost', thread: direct });
  await lab.useShortcut({ room: 'CHELP', user: 'UADA', message: ts, callback: 'of another app' });
  expect(events).toHaveLength(2);
});

describe('the home tab', () => {
  test('says how to ask, in the language of who opens it, and its buttons are answered in direct messages', async () => {
    await lab.openHome('UADA');
    await vi.waitFor(() => expect(JSON.stringify(lab.home('UADA'))).toContain('Write to me under'));
    for (const action of ['human', 'status']) await lab.pressHome({ user: 'UADA', action });
    const sender = { id: 'UADA' };
    expect(await seen(2)).toMatchObject([
      { kind: 'action', action: 'human', thread: direct, sender },
      { kind: 'action', action: 'status', thread: direct, sender },
    ]);
    expect(JSON.stringify(renderHome('de-AT'))).toContain('Mit einem Menschen sprechen');
    expect(renderHome('xx')).toEqual(renderHome('en-GB'));
  });

  test('that cannot be shown keeps nobody waiting', async () => {
    lab.setFaults([{ server: 'slack', method: 'views.publish', fault: 'error' }]);
    await lab.openHome('UADA');
    await lab.command({ room: 'CHELP', user: 'UADA', text: 'human' });
    expect(await seen()).toMatchObject([{ kind: 'action', action: 'human' }]);
    expect(lab.home('UADA')).toBeNull();
  });
});

test('thumbs below an answer say what the person thinks', async () => {
  const sent = await channel.send(direct, { text: 'Within 45 days.', asksFeedback: true, by: 'assistant' }, 'k1');
  const [message] = lab.pane.view('DADA').messages;
  for (const [side, rating] of [
    ['positive', 'good'],
    ['negative', 'bad'],
  ] as const) {
    await lab.pane.press({ room: 'DADA', user: 'UADA', message: message!.id, action: `judges#${side}` });
    expect((await seen(rating === 'good' ? 1 : 2)).at(-1)).toMatchObject({
      kind: 'feedback',
      rating,
      message: sent.message,
      sender: { id: 'UADA' },
    });
  }
});

test('a growing answer has no thumbs yet', async () => {
  await channel.send(direct, { text: 'Within', asksFeedback: true, partial: true }, 'k1');
  expect(lab.pane.view('DADA').messages[0]?.actions).toEqual([]);
});

test('a suggestion is said by its button', async () => {
  const words = 'Where is my order? '.repeat(4).trim();
  await channel.send(direct, { text: 'Welcome!', suggestions: [words, 'Anything else'] }, 'k1');
  const [message] = lab.pane.view('DADA').messages;
  const [first] = message!.actions;
  await lab.pane.press({ room: 'DADA', user: 'UADA', message: message!.id, action: first!.id });
  expect((await seen())[0]).toMatchObject({ kind: 'message', text: words, addressed: true, thread: direct });
});

describe('a file that a person sends', () => {
  const file = { name: 'order.txt', mimetype: 'text/plain', content: 'Order 1234' };
  const received = async () => {
    lab.share({ room: 'DADA', user: 'UADA', text: 'See here', files: [file] });
    const [event] = await seen();
    const attachment = event?.kind === 'message' ? event.attachments?.[0] : undefined;
    if (!attachment) throw new Error('No file came');
    return { event, attachment };
  };

  test('comes with its words and can be read with our token alone', async () => {
    const { event, attachment } = await received();
    expect(event).toMatchObject({ text: 'See here' });
    expect(attachment).toMatchObject({ name: 'order.txt', mediaType: 'text/plain', size: 10 });
    expect(Buffer.from(await channel.download!(attachment.key, 10)).toString()).toBe('Order 1234');
    await expect(channel.download!(attachment.key, 9)).rejects.toMatchObject({ code: 'too_large' });
  });

  test('is not fetched from where somebody else is, and our token does not go there', async () => {
    const asked: string[] = [];
    const thief = await createWebhookServer({
      webhook: async (request) => {
        asked.push(request.headers.get('authorization') ?? '');
        return new Response('gotcha');
      },
    });
    for (const url of [
      `${thief.url}/x`,
      'https://slack.com.evil.example/x',
      'http://files.slack.com/x',
      'file:///etc/passwd',
      '',
    ])
      await expect(channel.download!(JSON.stringify({ team: 'T1', address: url }) as never, 10)).rejects.toMatchObject({
        code: 'foreign_host',
      });
    expect(asked).toEqual([]);
    await thief[Symbol.asyncDispose]();
  });

  test('that is kept from us is a failure, and not a page to sign in at', async () => {
    await close();
    await open(['chat:write', 'im:history', 'im:write', 'users:read']);
    const { attachment } = await received();
    const problem = await channel.download!(attachment.key, 1000).catch((error: unknown) => error);
    expect(problem).toBeInstanceOf(ChannelError);
    expect(problem).toMatchObject({ reason: 'refused', code: 'missing_scope' });
  });
});

test('the manifest asks for what setup.md explains, and names the command and the shortcut that are answered', () => {
  const setup = readFileSync(new URL('setup.md', import.meta.url), 'utf8');
  const explained = [...setup.matchAll(/`([a-z_]+:[a-z_.]+|commands)`/g)].map(([, scope]) => scope);
  for (const scope of manifest.oauth_config.scopes.bot) expect(explained).toContain(scope);
  expect(manifest.features.slash_commands[0]?.command).toBe('/firstline');
  expect(manifest.features.shortcuts).toMatchObject([{ callback_id: 'human', type: 'message' }]);
});
