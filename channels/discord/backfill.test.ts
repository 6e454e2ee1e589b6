import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { InboundEvent, Shelf } from '#core/channel.ts';
import { openOnLab, type OnLab } from './on-lab.ts';

let on: OnLab;
let written: string | null;

const shelf: Shelf = {
  read: async () => written,
  write: async (_name, value) => void (written = value),
  forget: async () => void (written = null),
  exclusively: (_name, work) => work(),
};
/** As the inbox does. */
async function once(event: InboundEvent | null): Promise<void> {
  if (!event || !on.events.some((known) => known?.id === event.id)) on.events.push(event);
}

beforeEach(async () => {
  on = await openOnLab({}, shelf);
  on.receive = once;
  written = null;
  await on.say(on.room, 'before the first start');
  await on.start();
});
afterEach(async () => {
  vi.useRealTimers();
  await on[Symbol.asyncDispose]();
});

const texts = (of?: string) =>
  on.messages().flatMap(({ text, thread }) => (of === undefined || thread.includes(of) ? text : []));
const mention = (text: string) => `<@${on.lab.bot.id}> ${text}`;
const watched = { server: 'discord', method: 'GET /channels/*/messages', fault: 'delay', ms: 1 } as const;
/** How often the messages of a room were asked for, since `watched` was set. */
const fetches = () => on.faults()['GET /channels/*/messages delay'];

test('trap 29: what was written while the bot was down is received once after the start, in order', async () => {
  await on.say(on.direct, 'hello');
  await on.say(on.room, mention('first'));
  await expect.poll(() => texts()).toEqual(['hello', 'first']);
  await on.channel.stop();
  await on.say(on.direct, 'still there?');
  for (let count = 1; count <= 120; count += 1) await on.say(on.room, mention(`missed ${count}`));
  await on.start();
  await on.say(on.room, mention('live'));
  await expect.poll(() => texts(on.room).at(-1)).toBe('live');
  expect(texts(on.room)).toEqual([
    'first',
    ...Array.from({ length: 120 }, (_, index) => `missed ${index + 1}`),
    'live',
  ]);
  expect(texts(on.direct)).toEqual(['hello', 'still there?']);
  expect(on.messages().at(-2)).toMatchObject({
    addressed: true,
    setting: 'group',
    sender: { organization: on.lab.guildId },
  });
  expect(on.messages().find(({ text }) => text === 'still there?')).toMatchObject({
    addressed: true,
    setting: 'direct',
  });
});

test('a mention in a room where nobody spoke to the bot before is found too', async () => {
  const other = on.lab.addRoom({ type: 'text', name: 'other' });
  await on.channel.stop();
  await on.say(other, mention('anybody?'));
  await on.start();
  await expect.poll(() => texts()).toContain('anybody?');
});

test('a direct chat that was begun while the bot was down is found by its next message', async () => {
  await on.channel.stop();
  await on.say(on.direct, 'anybody?');
  await on.start();
  await on.say(on.room, mention('live'));
  await expect.poll(() => texts(on.room)).toEqual(['live']);
  on.lab.setFaults([watched]);
  await on.say(on.direct, 'hello?');
  await expect.poll(() => texts(on.direct)).toEqual(['anybody?', 'hello?']);
  await on.say(on.direct, 'well?');
  await expect.poll(() => texts(on.direct)).toEqual(['anybody?', 'hello?', 'well?']);
  expect(fetches()).toBe(1);
});

test('a direct chat that was begun while the bot was down is found although the bot was down again since', async () => {
  await on.channel.stop();
  await on.say(on.direct, 'anybody?');
  await on.start();
  await on.say(on.room, mention('live'));
  await expect.poll(() => texts(on.room)).toEqual(['live']);
  await on.channel.stop();
  await on.start();
  await on.say(on.direct, 'hello?');
  await expect.poll(() => texts(on.direct)).toEqual(['anybody?', 'hello?']);
});

test('after a session that cannot be resumed what it lost is received once', async () => {
  await on.say(on.direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  const [session] = on.lab.sessions.keys();
  on.lab.setFaults([{ server: 'discord', method: 'gateway/MESSAGE_CREATE', fault: 'invalid_session', times: 1 }]);
  await on.say(on.direct, 'lost');
  await on.say(on.room, mention('lost too'));
  await expect.poll(() => texts().toSorted(), { timeout: 10_000 }).toEqual(['hello', 'lost', 'lost too']);
  expect([...on.lab.sessions.keys()]).not.toContain(session);
  await on.say(on.direct, 'live');
  await expect.poll(() => texts(on.direct)).toEqual(['hello', 'lost', 'live']);
}, 15_000);

test('a resume brings what was missed itself: nothing is fetched', async () => {
  await on.say(on.direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  on.lab.setFaults([watched, { server: 'discord', method: 'gateway/MESSAGE_CREATE', fault: 'drop', times: 1 }]);
  await on.say(on.direct, 'while away');
  await on.say(on.direct, 'and again');
  await expect.poll(() => texts(), { timeout: 10_000 }).toEqual(['hello', 'while away', 'and again']);
  expect(fetches()).toBe(0);
}, 15_000);

test('a rate limit is obeyed, and a failing platform is asked again', async () => {
  await on.say(on.direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  await on.channel.stop();
  await on.say(on.direct, 'missed');
  on.lab.setFaults([
    { server: 'discord', method: watched.method, fault: 'rate_limit', retryAfterSeconds: 0.2, times: 1 },
    { server: 'discord', method: watched.method, fault: 'error', times: 1 },
  ]);
  await on.start();
  await on.say(on.direct, 'live');
  await expect.poll(() => texts().toSorted(), { timeout: 9000 }).toEqual(['hello', 'live', 'missed']);
  expect(on.faults()).toMatchObject({
    'GET /channels/*/messages rate_limit': 1,
    'GET /channels/*/messages error': 1,
  });
}, 15_000);

test('a room that is gone is forgotten', async () => {
  await on.say(on.direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  await on.channel.stop();
  await on.say(on.direct, 'missed');
  on.lab.setFaults([{ server: 'discord', method: watched.method, fault: 'error', status: 404 }]);
  await on.start();
  await expect.poll(() => on.faults()).toEqual({ [`${watched.method} error`]: 1 });
  await on.channel.stop();
  expect(written).not.toContain(on.direct);
});

test('what was written over an hour ago is left alone', async () => {
  await on.say(on.direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  await on.channel.stop();
  await on.say(on.direct, 'yesterday');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 });
  await on.say(on.direct, 'just now');
  await on.start();
  await on.say(on.direct, 'live');
  await expect.poll(() => texts()).toEqual(['hello', 'just now', 'live']);
});

test('what could not be stored is fetched as soon as it can be', async () => {
  await on.say(on.direct, 'hello');
  await expect.poll(() => texts()).toEqual(['hello']);
  let attempts = 0;
  on.receive = async (event) => {
    attempts += 1;
    if (attempts <= 4) throw new Error('the database is away');
    await once(event);
  };
  await on.say(on.direct, 'refused');
  await expect.poll(() => texts(), { timeout: 12_000 }).toEqual(['hello', 'refused']);
}, 15_000);

test('what could not be stored stays behind the bookmark', async () => {
  await on.say(on.room, mention('hello'));
  await expect.poll(() => texts()).toEqual(['hello']);
  on.receive = async (event) => {
    if (event?.kind === 'message' && event.text === 'refused') throw new Error('the database is away');
    await once(event);
  };
  await on.say(on.room, mention('refused'));
  await on.say(on.room, mention('next'));
  await expect.poll(() => texts(), { timeout: 5000 }).toEqual(['hello', 'next']);
  await on.channel.stop();
  on.receive = once;
  await on.start();
  await expect.poll(() => texts()).toContain('refused');
}, 15_000);
