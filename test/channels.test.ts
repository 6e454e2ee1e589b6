import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { fromBot, pressCase, sees, watchTexts } from './support/pane-watch.ts';
import { deliverAgain } from './support/deliver-again.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { createWire } from './support/wire.ts';

const names = ['slack', 'teams', 'discord', 'sms'] as const;

/** A platform adds its own dressing (sources, a way to a person); the words of the answer are inside. */
const plain = (text: string): string => text.replaceAll(/[*_\\]/g, '').replaceAll(/\s+/g, ' ');

describe.each(names)('on %s', (name) => {
  let platforms: Platforms;
  let desk: TestApp;

  beforeAll(async () => {
    platforms = await openPlatforms({ rateLimits: 'off' });
    const create = [registry[name], ...(name === 'slack' ? [] : [registry['slack']])];
    desk = await openTestApp({
      knowledge: true,
      channels: (publicUrl) =>
        create.flatMap((one) => one?.({ ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl }) ?? []),
      settings: {
        desk: { channel: 'slack', room: platforms.environment['FIRSTLINE_DESK__ROOM'] },
        limits: { perPerson: { size: 100, refillPerMinute: 100 } },
      },
    });
    platforms.connect(desk.url);
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    await platforms[Symbol.asyncDispose]();
  });
  beforeEach(() => desk.app.settled());

  const say = (text: string): Promise<string> => {
    const { pane, room, user } = platforms.seats[name];
    return pane.say({ room, user, text });
  };

  test('a question is answered with citations, and the last text is the whole answer', async () => {
    const seat = platforms.seats[name];
    const texts = watchTexts(seat);
    const first = Promise.withResolvers<void>();
    desk.model.next(async function* () {
      yield 'Returns are free within 45 days [1]. ';
      await first.promise;
      yield 'Write to evil@example.net or https://evil.example/x for more. That is all.';
    });
    await say('What is the return policy?');
    if (name !== 'sms')
      await sees(seat, (message) => fromBot(message) && plain(message.text).includes('within 45 days [1].'));
    first.resolve();
    const final = await sees(seat, (message) => fromBot(message) && message.text.includes('That is all.'));
    expect(plain(final.text)).toContain('Returns are free within 45 days [1]. Write to [EMAIL] or');
    expect(texts.join('\n')).not.toContain('evil');
    await desk.app.settled();
    const answers = seat.pane.view(seat.room).messages.filter(fromBot);
    expect(answers).toHaveLength(1);
    // Teams carries its citations beside the text, as the platform's own kind.
    if (name !== 'teams') expect(answers[0]?.text).toContain('help.northwind.example');
  });

  test('three quick messages are all answered, in order', async () => {
    const seat = platforms.seats[name];
    const before = desk.model.requests.length;
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    desk.model.next(async function* () {
      begun.resolve();
      await gate.promise;
      yield 'Answer to the first. ';
    });
    await say('First question about shipping');
    await begun.promise;
    await say('Second question about refunds');
    await say('Third question about passwords');
    gate.resolve();
    await sees(seat, (message) => fromBot(message) && message.text.includes('Third question'));
    await desk.app.settled();
    const asked = desk.model.requests.slice(before).map((request) => request.question);
    expect(asked.join('\n\n')).toBe(
      'First question about shipping\n\nSecond question about refunds\n\nThird question about passwords',
    );
  });

  if (name === 'slack' || name === 'teams')
    test('two messages of one millisecond that arrive the wrong way round are read as they were written', async () => {
      const wire = createWire(platforms, desk.url);
      const asked = desk.model.requests.length;
      const gate = Promise.withResolvers<void>();
      const begun = Promise.withResolvers<void>();
      desk.model.next(async function* () {
        begun.resolve();
        await gate.promise;
        yield 'One moment. ';
      });
      await say('Are you there?');
      await begun.promise;
      const timestamp = new Date().toISOString();
      const second = `${Math.floor(Date.now() / 1000)}`;
      const sending = {
        slack: (text: string, order: string) =>
          wire.slack(JSON.stringify(wire.made.slack(text, `${second}00000${order}`))),
        teams: (text: string, order: string) =>
          wire.teams(JSON.stringify(wire.made.teams(text, `${second}90${order}`, { timestamp }))),
      }[name];
      await sending('The second concerns a chair', '2');
      await sending('The first concerns a lamp', '1');
      gate.resolve();
      const seat = platforms.seats[name];
      await sees(seat, (message) => fromBot(message) && message.text.includes('The second concerns a chair'));
      await desk.app.settled();
      expect(desk.model.requests.slice(asked + 1).map(({ question }) => question)).toEqual([
        'The first concerns a lamp\n\nThe second concerns a chair',
      ]);
    });

  test('an event that the platform delivers three times is answered once', async () => {
    const seat = platforms.seats[name];
    const asked = desk.model.requests.length;
    await deliverAgain[name](platforms, desk.url, 'Where is parcel seven?');
    // Whatever came before this is stored when this is answered.
    await say('Where is parcel eight?');
    await sees(seat, (message) => fromBot(message) && message.text.includes('Where is parcel eight?'));
    await desk.app.settled();
    expect(desk.model.requests.slice(asked).flatMap(({ question }) => question.split('\n\n'))).toEqual([
      'Where is parcel seven?',
      'Where is parcel eight?',
    ]);
    const answers = seat.pane.view(seat.room).messages.filter(fromBot);
    expect(answers.filter(({ text }) => text.includes('Where is parcel seven?'))).toHaveLength(1);
    const metrics = await (await fetch(`${desk.url}/metrics`)).text();
    expect(metrics).toMatch(new RegExp(`firstline_events_total{channel="${name}",outcome="duplicate"} 2`));
  });

  test('a customer who asks for a person talks with an agent and is handed back', async () => {
    const seat = platforms.seats[name];
    const agent = platforms.seats.desk;
    const before = desk.model.requests.length;
    await say('I want to talk to a human please');
    await sees(seat, (message) => fromBot(message) && message.text.includes('passing this to a person'));
    const card = await sees(agent, (message) => message.actions.length > 0);
    await pressCase(agent, card, 'claim');
    await sees(seat, (message) => message.text.includes('You are now talking with Ana Torres'));
    await agent.pane.say({
      room: agent.room,
      user: agent.user,
      thread: card.id,
      text: 'Hello, Ana here. What happened?',
    });
    await sees(seat, (message) => message.text.includes('What happened?'));
    await say('My parcel never came');
    await sees(agent, (message) => message.thread === card.id && message.text.includes('My parcel never came'));
    expect(desk.model.requests).toHaveLength(before);
    const claimed = await sees(
      agent,
      ({ id, actions }) => id === card.id && actions.some(({ id }) => id.startsWith('back')),
    );
    await pressCase(agent, claimed, 'back');
    await sees(seat, (message) => message.text.includes("I'm back"));
    await say('What is the return policy?');
    await sees(seat, (message) => fromBot(message) && message.text.includes('You asked: What is the return policy?'));
  });
});

test('a mention in a Slack channel, which comes as two events, is answered once and in its thread', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  await using desk = await openTestApp({
    channels: [registry['slack']?.(platforms.environment)].flatMap((channel) => channel ?? []),
  });
  platforms.connect(desk.url);
  const { pane, room, user } = { ...platforms.seats.desk };
  const text = `<@${platforms.servers.slack.botUserId}> where is my parcel?`;
  const asked = await pane.say({ room, user, text });
  const again = await pane.say({ room, user, text: `${text} And my refund?` });
  for (const thread of [asked, again])
    await sees(platforms.seats.desk, (message) => fromBot(message) && message.thread === thread);
  await desk.app.settled();
  expect(pane.view(room).messages.filter(fromBot)).toHaveLength(2);
  expect(desk.model.requests).toHaveLength(2);
});
