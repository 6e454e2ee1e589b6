import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { fromBot, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';
import { createWire } from './support/wire.ts';

const servers = { slack: 'slack', teams: 'teams', discord: 'discord', sms: 'twilio' } as const;
type Name = keyof typeof servers;

const openOn = async (
  platforms: Platforms,
  names: readonly Name[],
  settings: Record<string, unknown> = {},
  budgets = false,
) => {
  const firstline = await openTestApp({
    budgets,
    channels: (publicUrl) =>
      names.flatMap((one) => registry[one]?.({ ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl }) ?? []),
    settings: {
      desk: { channel: 'slack', room: platforms.environment['FIRSTLINE_DESK__ROOM'] },
      ...settings,
      limits: { retryMs: 20, perPerson: { size: 100, refillPerMinute: 100 }, ...(settings['limits'] as object) },
    },
  });
  platforms.connect(firstline.url);
  return firstline;
};

describe.each(['slack', 'teams', 'discord', 'sms'] as const)('the answer to a send gets lost on %s', (name) => {
  let platforms: Platforms;
  let firstline: TestApp;
  beforeAll(async () => {
    platforms = await openPlatforms({ rateLimits: 'off' });
    firstline = await openOn(platforms, name === 'slack' ? ['slack'] : ['slack', name]);
  });
  afterAll(async () => {
    await firstline[Symbol.asyncDispose]();
    await platforms[Symbol.asyncDispose]();
  });

  // On Teams whatever ends first: the start of a stream, its growth or its end.
  const method = {
    slack: 'chat.postMessage',
    teams: 'POST conversations/**',
    discord: 'POST /channels/*/messages',
    sms: '**',
  }[name];
  test.each([
    ['applied_then_cut', {}],
    ['applied_then_error', { status: 503 }],
    ['error', { status: 500 }],
    ['cut', {}],
  ] as const)('%s: the message is there once, and whole', async (fault, extra) => {
    const seat = platforms.seats[name];
    const before = seat.pane.view(seat.room).messages.filter(fromBot).length;
    const server = platforms.servers[servers[name]];
    server.setFaults([{ server: servers[name], method, fault, times: 1, ...extra }]);
    const words = `Does ${fault} lose anything?`;
    await seat.pane.say({ room: seat.room, user: seat.user, text: words });
    await sees(seat, (message) => fromBot(message) && message.text.includes(`You asked: ${words}`));
    await firstline.app.settled();
    expect(Object.values((server.state() as { faults: Record<string, number> }).faults)).toContain(1);
    server.setFaults(null);
    const shown = seat.pane.view(seat.room).messages.filter(fromBot).slice(before);
    expect(shown.map(({ text }) => text.includes(words))).toEqual([true]);
  });

  const looks = {
    slack: 'conversations.*',
    teams: null,
    discord: 'GET /channels/*/messages',
    sms: 'Messages.list',
  }[name];
  if (looks !== null)
    test('the look for it is refused at first: the message is there once', async () => {
      const seat = platforms.seats[name];
      const before = seat.pane.view(seat.room).messages.filter(fromBot).length;
      const server = servers[name];
      platforms.servers[server].setFaults([
        {
          server,
          method: name === 'sms' ? 'Messages.create' : method,
          fault: 'applied_then_error',
          status: 503,
          times: 1,
        },
        { server, method: looks, fault: 'rate_limit', retryAfterSeconds: 0.05, times: 1 },
      ]);
      const words = 'Does a look that is refused say it twice?';
      await seat.pane.say({ room: seat.room, user: seat.user, text: words });
      await sees(seat, (message) => fromBot(message) && message.text.includes(`You asked: ${words}`));
      await firstline.app.settled();
      platforms.servers[server].setFaults(null);
      expect(seat.pane.view(seat.room).messages.filter(fromBot)).toHaveLength(before + 1);
    });
});

test('on Teams words to a person whose end gets lost again and again are there once', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  await using firstline = await openOn(platforms, ['slack', 'teams']);
  const { pane, room, user } = platforms.seats.teams;
  const { teams } = platforms.servers;
  const method = 'POST conversations/*/activities';
  teams.setFaults([{ server: 'teams', method, fault: 'applied_then_error', after: 1, times: 3 }]);
  await pane.say({ room, user, text: 'I want to talk to a human please' });
  await sees(platforms.seats.teams, (message) => message.text.includes('passing this to a person'));
  await firstline.app.settled();
  expect(pane.view(room).messages.filter(fromBot)).toHaveLength(1);
  const states = await firstline.store.query<{ state: string }>(`select distinct state from outbox`);
  expect(states).toEqual([{ state: 'sent' }]);
});

test('on Teams answers are posted, within the budget, while a stream that nobody can end is in the way', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  await using firstline = await openOn(platforms, ['slack', 'teams'], {}, true);
  const { pane, room, user } = platforms.seats.teams;
  const method = 'POST conversations/*/activities';
  platforms.servers.teams.setFaults([{ server: 'teams', method, fault: 'applied_then_error', times: 1 }]);
  const questions = Array.from({ length: 6 }, (_, index) => `Where is parcel ${index}?`);
  for (const text of questions) {
    await pane.say({ room, user, text });
    await sees(platforms.seats.teams, (message) => fromBot(message) && message.text.includes(text));
  }
  await firstline.app.settled();
  expect(pane.view(room).messages.filter(fromBot)).toHaveLength(questions.length);
}, 30_000);

describe('between two workers and new words', () => {
  let firstline: TestApp;
  let visitor: WebVisitor;
  const begin = async (settings: Record<string, unknown>): Promise<void> => {
    firstline = await openTestApp({ settings });
    visitor = await openVisitor(firstline.url);
  };
  afterEach(async () => {
    await visitor[Symbol.asyncDispose]();
    await firstline[Symbol.asyncDispose]();
  });
  const answers = () => visitor.messages().filter((message) => message.author === 'assistant');

  test('a worker that was overtaken in the middle of its answer shows nothing more, and the answer is given once', async () => {
    await begin({});
    const rest = Promise.withResolvers<void>();
    firstline.model.next(async function* () {
      yield 'This is from the worker that was overtaken. ';
      await rest.promise;
      yield 'This is said by nobody, because another worker has the lane. ';
      yield 'And neither is this.';
    });
    await visitor.say('Who answers me?');
    await visitor.sees((message) => message.text.includes('overtaken'));
    await firstline.store.query(`update conversation set fence = fence + 1`);
    rest.resolve();
    await visitor.sees((message) => message.text.includes('You asked: Who answers me?') && !message.partial);
    await firstline.app.settled();
    expect(answers()).toHaveLength(1);
    expect(visitor.history.some((message) => message.text.includes('said by nobody'))).toBe(false);
  });

  test('who writes more while an answer grows is answered once, to everything, where the operator wants it so', async () => {
    await begin({ turns: { newWords: 'interrupt' } });
    const more = Promise.withResolvers<void>();
    let ended = false;
    firstline.model.next(async function* () {
      try {
        yield 'This is about the first thing only. ';
        await more.promise;
        for (let count = 0; count < 50; count += 1) yield `Sentence number ${count} is about it too. `;
      } finally {
        ended = true;
      }
    });
    await visitor.say('What about this?');
    await visitor.sees((message) => message.text.includes('first thing only'));
    await visitor.say('And what about that?');
    more.resolve();
    const both = 'You asked: What about this?\n\nAnd what about that?';
    await visitor.sees((message) => message.text.includes(both) && !message.partial);
    await firstline.app.settled();
    expect(ended).toBe(true);
    expect(answers()).toHaveLength(1);
    expect(answers()[0]?.partial).toBe(false);
  });

  test('fifteen quick messages during an answer are all answered, in order', async () => {
    await begin({ limits: { perPerson: { size: 100, refillPerMinute: 100 } } });
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    firstline.model.next(async function* () {
      begun.resolve();
      await gate.promise;
      yield 'Answer to the first. ';
    });
    await visitor.say('Message 0');
    await begun.promise;
    const others = Array.from({ length: 15 }, (_, index) => `Message ${index + 1}`);
    for (const text of others) await visitor.say(text);
    gate.resolve();
    await visitor.sees((message) => message.text.includes('Message 15') && message.author === 'assistant');
    await firstline.app.settled();
    const asked = firstline.model.requests.map(({ question }) => question).join('\n\n');
    expect(asked.split('\n\n')).toEqual(['Message 0', ...others]);
  });
});

test('an answer that still waits for the platform is not overtaken by the next one', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  await using firstline = await openOn(platforms, ['slack']);
  const { slack } = platforms.seats;
  // The first answer is one word, so that nothing of it grows, and its first post is told to wait.
  firstline.model.next(() => ['One']);
  firstline.model.next(() => ['Two begins here, and it grows. ', 'It goes on for a while. ', 'Then it ends.']);
  const post = { server: 'slack', method: 'chat.postMessage', times: 1 } as const;
  platforms.servers.slack.setFaults([{ ...post, fault: 'rate_limit', retryAfterSeconds: 1 }]);
  await slack.pane.say({ room: slack.room, user: slack.user, text: 'First question?' });
  await expect.poll(() => firstline.store.query(`select 1 from turn`), { timeout: 10_000 }).toHaveLength(1);
  await slack.pane.say({ room: slack.room, user: slack.user, text: 'Second question?' });
  await sees(slack, (message) => fromBot(message) && message.text.includes('Then it ends.'));
  await firstline.app.settled();
  const texts = slack.pane
    .view(slack.room)
    .messages.filter(fromBot)
    .map(({ text }) => text);
  expect(texts.map((text) => /One|Two/.exec(text)?.[0])).toEqual(['One', 'Two']);
});

test('within the limits of Teams the first sentence is shown while the rest is being written', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  await using firstline = await openTestApp({
    budgets: true,
    channels: (publicUrl) =>
      [registry['teams']?.({ ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl }) ?? []].flat(),
  });
  platforms.connect(firstline.url);
  const more = Promise.withResolvers<void>();
  firstline.model.next(async function* () {
    yield 'This is the first sentence. And ';
    await more.promise;
    yield 'this is the second.';
  });
  const { teams } = platforms.seats;
  await teams.pane.say({ room: teams.room, user: teams.user, text: 'What about Teams?' });
  await sees(teams, (message) => fromBot(message) && message.text.includes('first sentence'));
  more.resolve();
  await sees(teams, (message) => fromBot(message) && message.text.includes('the second.'));
  await firstline.app.settled();
});

describe('what cannot be delivered', () => {
  let platforms: Platforms;
  let firstline: TestApp;
  beforeEach(async () => {
    platforms = await openPlatforms({ rateLimits: 'off' });
  });
  afterEach(async () => {
    await firstline[Symbol.asyncDispose]();
    await platforms[Symbol.asyncDispose]();
  });

  test('a platform that is away for too long: the answer is not sent late, a person at the desk has it', async () => {
    firstline = await openOn(platforms, ['slack', 'sms'], { limits: { sendAgeMs: 300 } });
    const { sms, desk } = platforms.seats;
    platforms.servers.twilio.setFaults([{ server: 'twilio', method: '**', fault: 'error', status: 503 }]);
    await sms.pane.say({ room: sms.room, user: sms.user, text: 'Where is my parcel?' });
    const card = await sees(desk, (message) => message.actions.length > 0);
    expect(JSON.stringify(card)).toContain('held back rather than sent late');
    expect(card.text).toContain('You asked: Where is my parcel?');
    platforms.servers.twilio.setFaults(null);
    await firstline.app.settled();
    expect(sms.pane.view(sms.room).messages.filter(fromBot)).toHaveLength(0);
  });

  test('a person who cannot be reached any more: the agent is told in the thread, with the reason', async () => {
    firstline = await openOn(platforms, ['slack', 'sms']);
    const { sms, desk } = platforms.seats;
    await sms.pane.say({ room: sms.room, user: sms.user, text: 'I want to talk to a human' });
    const card = await sees(desk, (message) => message.actions.length > 0);
    await desk.pane.say({ room: desk.room, user: desk.user, thread: card.id, text: 'claim' });
    await sees(sms, (message) => message.text.includes('You are now talking with'));
    platforms.servers.twilio.optOut(sms.user);
    await desk.pane.say({ room: desk.room, user: desk.user, thread: card.id, text: 'Are you still there?' });
    const note = await sees(desk, (message) => message.text.includes('did not reach'));
    expect(note.thread).toBe(card.id);
    expect(note.text).toContain('21610');
    expect(note.text).toContain('Are you still there?');
  });

  test('a message that the carrier cannot bring to the phone: the agent who wrote it is told in words, the closing ones too', async () => {
    firstline = await openOn(platforms, ['slack', 'sms']);
    const { sms, desk } = platforms.seats;
    const say = (text: string) => desk.pane.say({ room: desk.room, user: desk.user, thread: card.id, text });
    await sms.pane.say({ room: sms.room, user: sms.user, text: 'I want to talk to a human' });
    const card = await sees(desk, (message) => message.actions.length > 0);
    await say('claim');
    await sees(sms, (message) => message.text.includes('You are now talking with'));
    platforms.servers.twilio.setFate(sms.user, { status: 'undelivered', errorCode: 30003 });
    await say('Are you still there?');
    const note = await sees(desk, (message) => message.text.includes('did not reach'));
    expect(note.thread).toBe(card.id);
    expect(note.text).toContain('the phone is switched off or out of reach (30003)');
    expect(note.text).toContain('Are you still there?');
    await say('resolve');
    await sees(desk, ({ text }) => text.includes('did not reach') && text.includes('Your case is resolved'));
    await firstline.app.settled();
    expect(desk.pane.view(desk.room).messages.filter(({ thread }) => thread === null)).toHaveLength(1);
  });

  test('reports that come late, twice and in any order are told once, and what was delivered stays so', async () => {
    firstline = await openOn(platforms, ['slack', 'sms']);
    const { sms, desk } = platforms.seats;
    const wire = createWire(platforms, firstline.url);
    const environmentOf = (name: string): string => platforms.environment[name] ?? '';
    await sms.pane.say({ room: sms.room, user: sms.user, text: 'Where is my parcel?' });
    await sees(sms, (message) => fromBot(message) && message.status === 'delivered');
    await firstline.app.settled();
    const rows = () =>
      firstline.store.query<{ key: string; report: string; failure: string | null }>(
        `select key, report, failure from outbox where channel = 'sms'`,
      );
    const row = async () => (await rows())[0]!;
    await vi.waitFor(async () => expect(await row()).toMatchObject({ report: 'delivered' }));
    const { key } = await row();
    const report = async (MessageStatus: string, of: string, more: object = {}) => {
      const form = { MessageSid: 'SM1', MessageStatus, From: environmentOf('TWILIO_FROM'), To: sms.user, ...more };
      const answer = await wire.sms(
        { AccountSid: environmentOf('TWILIO_ACCOUNT_SID'), ...form },
        { path: `sms/status?key=${encodeURIComponent(of)}` },
      );
      expect(answer.status).toBe(200);
    };
    await report('sent', key);
    await report('undelivered', key, { ErrorCode: '30008' });
    expect(await row()).toMatchObject({ report: 'delivered', failure: null });
    await firstline.store.query(`update outbox set report = 'sent'`);
    for (const status of ['failed', 'sent', 'failed', 'delivered']) await report(status, key, { ErrorCode: '30007' });
    expect(await row()).toMatchObject({ report: 'failed', failure: '30007' });
    const card = await sees(desk, (message) => message.actions.length > 0);
    expect(JSON.stringify(card)).toContain('the carrier took it for spam');
    await firstline.app.settled();
    expect(desk.pane.view(desk.room).messages.filter(({ thread }) => thread === null)).toHaveLength(1);
  });

  test('the room of the desk is gone: it is said on /ready, and the case is posted when the room is back', async () => {
    firstline = await openOn(platforms, ['slack', 'sms']);
    const { sms, desk } = platforms.seats;
    const gone = { server: 'slack', method: 'chat.postMessage', fault: 'error', status: 403 } as const;
    platforms.servers.slack.setFaults([gone]);
    await sms.pane.say({ room: sms.room, user: sms.user, text: 'I want to talk to a human' });
    await sees(sms, (message) => message.text.includes('passing this to a person'));
    const problems = async (): Promise<string> => (await fetch(`${firstline.url}/ready`)).text();
    while (!(await problems()).includes('the room of the desk takes no messages'));
    platforms.servers.slack.setFaults(null);
    await sees(desk, (message) => message.actions.length > 0);
    await firstline.app.settled();
    expect(await problems()).not.toContain('the room of the desk');
  });
});
