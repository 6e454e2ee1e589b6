import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Channel, InboundEvent, InboundMessage, Shelf } from '#core/channel.ts';
import { openDiscordLab, type DiscordLab } from '#lab/discord/server.ts';
import { createDiscordChannel } from './channel.ts';

let lab: DiscordLab;
let channel: Channel;
let events: (InboundEvent | null)[];
let receive: (event: InboundEvent | null) => Promise<void>;
let written: string | null;
let ada: string;
let room: string;
let direct: string;

const shelf: Shelf = {
  read: async () => written,
  write: async (_name, value) => void (written = value),
  forget: async () => void (written = null),
  exclusively: (_name, work) => work(),
};
/** As the inbox does. */
async function once(event: InboundEvent | null): Promise<void> {
  if (!event || !events.some((known) => known?.id === event.id)) events.push(event);
}
/** A process of its own: nothing but the bookmark is left of the one before. */
async function start(): Promise<void> {
  channel = createDiscordChannel({ token: 'token', apiUrl: lab.url });
  await channel.start((event) => receive(event), shelf);
}

beforeEach(async () => {
  lab = await openDiscordLab({ token: 'token', rateLimits: 'off' });
  ada = lab.addUser({ name: 'Ada' }).id;
  room = lab.addRoom({ type: 'text', name: 'help' });
  direct = lab.addRoom({ type: 'direct', user: ada });
  events = [];
  written = null;
  receive = once;
  await say(room, 'before the first start');
  await start();
});
afterEach(async () => {
  await channel.stop();
  await lab.close();
});

const messages = () => events.filter((event): event is InboundMessage => event?.kind === 'message');
const texts = (of?: string) =>
  messages().flatMap(({ text, thread }) => (of === undefined || thread.includes(of) ? text : []));
const say = (to: string, text: string) => lab.pane.say({ room: to, user: ada, text });
const mention = (text: string) => `<@${lab.bot.id}> ${text}`;
const watched = { server: 'discord', method: 'GET /channels/*/messages', fault: 'delay', ms: 1 } as const;
/** How often the messages of a room were asked for, since `watched` was set. */
const fetches = () => (lab.state() as { faults: Record<string, number> }).faults['GET /channels/*/messages delay'];

test('trap 29: what was written while the bot was down is received once after the start, in order', async () => {
  await say(direct, 'hello');
  await say(room, mention('first'));
  await expect.poll(() => texts()).toEqual(['hello', 'first']);
  await channel.stop();
  await say(direct, 'still there?');
  for (let count = 1; count <= 120; count += 1) await say(room, mention(`missed ${count}`));
  await start();
  await say(room, mention('live'));
  await expect.poll(() => texts(room).at(-1)).toBe('live');
  expect(texts(room)).toEqual(['first', ...Array.from({ length: 120 }, (_, index) => `missed ${index + 1}`), 'live']);
  expect(texts(direct)).toEqual(['hello', 'still there?']);
  expect(messages().at(-2)).toMatchObject({ addressed: true, setting: 'group', sender: { organization: lab.guildId } });
  expect(messages().find(({ text }) => text === 'still there?')).toMatchObject({ addressed: true, setting: 'direct' });
});

test('a mention in a room where nobody spoke to the bot before is found too', async () => {
  const other = lab.addRoom({ type: 'text', name: 'other' });
  await channel.stop();
  await say(other, mention('anybody?'));
  await start();
  await expect.poll(() => texts()).toContain('anybody?');
});

test('a direct chat that was begun while the bot was down is found by its next message', async () => {
  await channel.stop();
  await say(direct, 'anybody?');
  await start();
  await say(room, mention('live'));
  await expect.poll(() => texts(room)).toEqual(['live']);
  lab.setFaults([watched]);
  await say(direct, 'hello?');
  await expect.poll(() => texts(direct)).toEqual(['anybody?', 'hello?']);
  await say(direct, 'well?');
  await expect.poll(() => texts(direct)).toEqual(['anybody?', 'hello?', 'well?']);
  expect(fetches()).toBe(1);
});

test('a direct chat that was begun while the bot was down is found although the bot was down again since', async () => {
  await channel.stop();
  await say(direct, 'anybody?');
  await start();
  await say(room, mention('live'));
  await expect.poll(() => texts(room)).toEqual(['live']);
  await channel.stop();
  await start();
  await say(direct, 'hello?');
  await expect.poll(() => texts(direct)).toEqual(['anybody?', 'hello?']);
});

test('after a session that cannot be resumed what it lost is received once', async () => {
  await say(direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  const [session] = lab.sessions.keys();
  lab.setFaults([{ server: 'discord', method: 'gateway/MESSAGE_CREATE', fault: 'invalid_session', times: 1 }]);
  await say(direct, 'lost');
  await say(room, mention('lost too'));
  await expect.poll(() => texts().toSorted(), { timeout: 10_000 }).toEqual(['hello', 'lost', 'lost too']);
  expect([...lab.sessions.keys()]).not.toContain(session);
  await say(direct, 'live');
  await expect.poll(() => texts(direct)).toEqual(['hello', 'lost', 'live']);
}, 15_000);

test('a resume brings what was missed itself: nothing is fetched', async () => {
  await say(direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  lab.setFaults([watched, { server: 'discord', method: 'gateway/MESSAGE_CREATE', fault: 'drop', times: 1 }]);
  await say(direct, 'while away');
  await say(direct, 'and again');
  await expect.poll(() => texts(), { timeout: 10_000 }).toEqual(['hello', 'while away', 'and again']);
  expect(fetches()).toBe(0);
}, 15_000);

test('a rate limit is obeyed, and a failing platform is asked again', async () => {
  await say(direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  await channel.stop();
  await say(direct, 'missed');
  lab.setFaults([
    { server: 'discord', method: watched.method, fault: 'rate_limit', retryAfterSeconds: 0.2, times: 1 },
    { server: 'discord', method: watched.method, fault: 'error', times: 1 },
  ]);
  await start();
  await say(direct, 'live');
  await expect.poll(() => texts().toSorted(), { timeout: 9000 }).toEqual(['hello', 'live', 'missed']);
  expect((lab.state() as { faults: object }).faults).toMatchObject({
    'GET /channels/*/messages rate_limit': 1,
    'GET /channels/*/messages error': 1,
  });
}, 15_000);

test('a room that is gone is forgotten', async () => {
  await say(direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  await channel.stop();
  await say(direct, 'missed');
  lab.setFaults([{ server: 'discord', method: watched.method, fault: 'error', status: 404 }]);
  await start();
  await expect.poll(() => (lab.state() as { faults: object }).faults).toEqual({ [`${watched.method} error`]: 1 });
  await channel.stop();
  expect(written).not.toContain(direct);
});

test('what was written over an hour ago is left alone', async () => {
  await say(direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  await channel.stop();
  await say(direct, 'yesterday');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 });
  await say(direct, 'just now');
  await start();
  await say(direct, 'live');
  await expect.poll(() => texts()).toEqual(['hello', 'just now', 'live']);
});

test('what could not be stored is fetched as soon as it can be', async () => {
  await say(direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  let attempts = 0;
  receive = async (event) => {
    attempts += 1;
    if (attempts <= 4) throw new Error('the database is away');
    await once(event);
  };
  await say(direct, 'refused');
  await expect.poll(() => texts(), { timeout: 12_000 }).toEqual(['hello', 'refused']);
}, 15_000);

test('what could not be stored stays behind the bookmark', async () => {
  await say(room, mention('hello'));
  await expect.poll(() => texts()).toEqual(['hello']);
  receive = async (event) => {
    if (event?.kind === 'message' && event.text === 'refused') throw new Error('the database is away');
    await once(event);
  };
  await say(room, mention('refused'));
  await say(room, mention('next'));
  await expect.poll(() => texts(), { timeout: 5000 }).toEqual(['hello', 'next']);
  await channel.stop();
  receive = once;
  await start();
  await expect.poll(() => texts()).toContain('refused');
}, 15_000);
