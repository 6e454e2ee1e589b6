import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { createSlackChannel } from '#channels/slack/channel.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import {
  type BadRequest,
  badSlackRequests,
  badSmsRequests,
  badTeamsRequests,
  badWebRequests,
  type Target,
} from './support/bad-requests.ts';
import { countedSince, readLedger } from './support/ledger.ts';
import { fromBot, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';
import { createWire } from './support/wire.ts';

const textLengthMax = 500;
const bodyLengthMax = 1_500_000;
const megabyte = 'A lot of words. '.repeat(65_536);

let platforms: Platforms;
let app: TestApp;
let visitor: WebVisitor;
let target: Target;

beforeAll(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  const { environment, servers } = platforms;
  const { identity } = servers.slack.state() as { identity: { appId: string } };
  const slack = createSlackChannel({
    botToken: environment['SLACK_BOT_TOKEN'] ?? '',
    signingSecret: environment['SLACK_SIGNING_SECRET'] ?? '',
    apiUrl: environment['SLACK_API_URL'],
    appId: identity.appId,
  });
  const others = ['teams', 'discord', 'sms'].flatMap((name) => registry[name]?.(environment) ?? []);
  app = await openTestApp({
    channels: [slack, ...others],
    settings: {
      limits: {
        textLengthMax,
        keptLengthMax: textLengthMax,
        bodyLengthMax,
        perPerson: { size: 100, refillPerMinute: 100 },
      },
    },
  });
  platforms.connect(app.url);
  visitor = await openVisitor(app.url);
  target = { url: app.url, wire: createWire(platforms, app.url), platforms, token: visitor.token };
});
afterAll(async () => {
  await visitor[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

const refuses = (requests: readonly BadRequest[]): void => {
  test.each(requests)('%s', async (_what, send, status, counted) => {
    const before = await readLedger(app);
    const response = await send(target);
    await response.arrayBuffer();
    const after = await readLedger(app);
    const [channel = ''] = counted.split(' ');
    expect({ status: response.status, counted: countedSince(before, after, channel) }).toEqual({
      status,
      counted: { [counted]: 1 },
    });
    expect([after.inbox, after.conversations]).toEqual([before.inbox, before.conversations]);
  });
};

/** The largest thing that anybody's words have become. */
const longestStored = async (): Promise<number> => {
  await app.app.settled();
  const [row] = await app.store.query<{ longest: number }>(
    `select greatest((select max(length(body)) from inbox), (select max(length(body)) from message),
       (select max(length(body)) from outbox), (select max(length(body)) from web_message))::int as longest`,
  );
  return row?.longest ?? 0;
};

const staysUp = (name: 'slack' | 'teams' | 'discord' | 'sms', sayTooMuch: () => Promise<unknown>): void => {
  test('a message of a megabyte is not kept, and its writer is told that it is too long', async () => {
    await sayTooMuch();
    await sees(platforms.seats[name], (message) => fromBot(message) && message.text.includes('too long for me'));
    expect(await longestStored()).toBeLessThan(4 * textLengthMax);
  });

  test('the next good message is answered', async () => {
    const { pane, room, user } = platforms.seats[name];
    await pane.say({ room, user, text: 'Is all well?' });
    await sees(platforms.seats[name], ({ text }) => text.includes('You asked: Is all well?'));
  });
};

const knock = (path: string, init: RequestInit): Promise<Response> => fetch(`${app.url}/channels/${path}`, init);
const tooMuch = (): string => ' '.repeat(bodyLengthMax + 1);
/** A body whose length is not told beforehand. */
const chunked = (): RequestInit =>
  ({
    method: 'POST',
    body: new ReadableStream({
      start: (controller) => {
        for (const part of [tooMuch(), tooMuch()]) controller.enqueue(new TextEncoder().encode(part));
        controller.close();
      },
    }),
    duplex: 'half',
  }) as RequestInit;

const atEveryDoor = (path: string): BadRequest[] => {
  const [name = ''] = path.split('/');
  return [
    [
      `too much at ${name}`,
      () => knock(path, { method: 'POST', body: tooMuch() }),
      413,
      `${name} refused: body_too_large`,
    ],
    [`too much at ${name}, in pieces`, () => knock(path, chunked()), 413, `${name} refused: body_too_large`],
    [`a look at ${name} instead of a post`, () => knock(path, {}), 405, `${name} refused: bad_method`],
    [`a put at ${name}`, () => knock(path, { method: 'PUT', body: '{}' }), 405, `${name} refused: bad_method`],
    [
      `another path of ${name}`,
      () => knock(`${name}/elsewhere`, { method: 'POST', body: '{}' }),
      404,
      `${name} refused: unknown_path`,
    ],
  ];
};

describe('the door refuses, counts and does not store', () => {
  const elsewhere: readonly BadRequest[] = [
    ['a channel nobody knows', () => knock('pigeon/post', { method: 'POST' }), 404, 'unknown refused: unknown_channel'],
    [
      'too much for a channel nobody knows',
      () => knock('pigeon/post', { method: 'POST', body: tooMuch() }),
      413,
      'unknown refused: body_too_large',
    ],
    ['a channel without a door', () => knock('discord/x', { method: 'POST' }), 404, 'discord refused: unknown_channel'],
  ];
  refuses([...elsewhere, ...['slack/events', 'teams/messages', 'sms/inbound', 'web/messages'].flatMap(atEveryDoor)]);
});

describe('slack refuses or ignores, counts and does not store', () => {
  refuses(badSlackRequests);
  staysUp('slack', () => target.wire.slack(JSON.stringify(target.wire.made.slack(megabyte))));
});

describe('teams refuses or ignores, counts and does not store', () => {
  refuses(badTeamsRequests);
  staysUp('teams', () => target.wire.teams(JSON.stringify(target.wire.made.teams(megabyte))));
});

describe('sms refuses or ignores, counts and does not store', () => {
  refuses(badSmsRequests);
  staysUp('sms', () => target.wire.sms(target.wire.made.sms(megabyte)));
});

describe('web refuses or ignores, counts and does not store', () => {
  refuses(badWebRequests);

  test('a message of a megabyte is not kept, and its writer is told that it is too long', async () => {
    expect((await visitor.say(megabyte)).status).toBe(202);
    await visitor.sees(({ text }) => text.includes('too long for me'));
    expect(await longestStored()).toBeLessThan(4 * textLengthMax);
  });

  test('the next good message is answered', async () => {
    await visitor.say('Is all well?');
    await visitor.sees(({ text }) => text.includes('You asked: Is all well?'));
  });
});

describe('discord ignores, counts and does not store', () => {
  const message = (changes: object) => ({ ...target.wire.made.discord('Hello', '1').d, ...changes });

  test.each([
    ['a message of a kind nobody knows', 'MESSAGE_CREATE', () => message({ type: 99 })],
    ['a message without words', 'MESSAGE_CREATE', () => message({ content: '' })],
    ['a message with a number for its words', 'MESSAGE_CREATE', () => message({ content: 7 })],
    ['a message of a webhook', 'MESSAGE_CREATE', () => message({ webhook_id: '1' })],
    ['a message without a writer', 'MESSAGE_CREATE', () => message({ author: undefined })],
    ['an interaction of a kind nobody knows', 'INTERACTION_CREATE', () => ({ id: '1', token: 't', type: 99 })],
  ] as const)('%s', async (_what, t, d) => {
    const before = await readLedger(app);
    platforms.servers.discord.deliver({ t: 'MOON_LANDED', d: { guild_id: platforms.servers.discord.guildId } });
    platforms.servers.discord.deliver({ t, d: d() });
    await expect
      .poll(async () => countedSince(before, await readLedger(app), 'discord'))
      .toEqual({ 'discord ignored': 1 });
    expect((await readLedger(app)).inbox).toBe(before.inbox);
  });

  staysUp('discord', async () => platforms.servers.discord.deliver(target.wire.made.discord(megabyte, '2')));
});

test('nothing of all this was an error of ours', () => {
  const problems = app.logs.map((line) => JSON.parse(line) as { level: number }).filter(({ level }) => level >= 50);
  expect(problems).toEqual([]);
});

test('what cannot be stored is not acknowledged, and is answered when it is delivered again', async () => {
  const { wire, url, token } = target;
  const words = { slack: 'Where is my chair?', teams: 'Where is my table?', sms: 'Where is my lamp?' };
  const slack = JSON.stringify(wire.made.slack(words.slack));
  const teams = JSON.stringify(wire.made.teams(words.teams));
  const sms = wire.made.sms(words.sms);
  const headers = { authorization: `Bearer ${token}` };
  const body = JSON.stringify({ id: 'again', text: 'Where is my rug?' });
  const deliver = async (): Promise<number[]> => {
    const sent = [wire.slack(slack), wire.teams(teams), wire.sms(sms)];
    const web = fetch(`${url}/channels/web/messages`, { method: 'POST', headers, body });
    return (await Promise.all([...sent, web])).map(({ status }) => status);
  };
  await app.app.settled();
  const before = await readLedger(app);
  await app.store.query('alter table inbox rename to inbox_away');
  expect(await deliver()).toEqual([500, 500, 500, 500]);
  await app.store.query('alter table inbox_away rename to inbox');
  const after = await readLedger(app);
  for (const name of ['slack', 'teams', 'sms', 'web'])
    expect(countedSince(before, after, name)).toEqual({ [`${name} failed`]: 1 });
  expect(await deliver()).toEqual([200, 200, 200, 202]);
  for (const name of ['slack', 'teams', 'sms'] as const)
    await sees(platforms.seats[name], ({ text }) => text.includes(`You asked: ${words[name]}`));
  await visitor.sees(({ text }) => text.includes('You asked: Where is my rug?'));
});
