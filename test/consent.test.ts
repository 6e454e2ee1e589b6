import { afterEach, beforeEach, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';
import type { PaneMessage } from '#lab/pane.ts';

import { fromBot, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let platforms: Platforms;
let firstline: TestApp;

beforeEach(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  firstline = await openTestApp({
    channels: (publicUrl) =>
      ['slack', 'sms'].flatMap(
        (name) => registry[name]?.({ ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl }) ?? [],
      ),
    settings: { desk: { channel: 'slack', room: platforms.environment['FIRSTLINE_DESK__ROOM'] } },
  });
  platforms.connect(firstline.url);
});
afterEach(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

/** A person texts; resolves when it is stored. */
const text = (words: string): Promise<unknown> =>
  platforms.servers.twilio.receive({ from: platforms.seats.sms.user, body: words });
const heard = (): string[] => {
  const { pane, room } = platforms.seats.sms;
  return pane
    .view(room)
    .messages.filter(fromBot)
    .map((message) => message.text);
};
const hears = (words: string): Promise<PaneMessage> =>
  sees(platforms.seats.sms, (message) => fromBot(message) && message.text.includes(words));
const deskSees = (words: string): Promise<PaneMessage> =>
  sees(platforms.seats.desk, (message) => fromBot(message) && message.text.includes(words));
const write = (card: PaneMessage, words: string): Promise<string> => {
  const { pane, room, user } = platforms.seats.desk;
  return pane.say({ room, user, thread: card.id, text: words });
};
const ledger = (): Promise<{ given: boolean; how: string }[]> =>
  firstline.store.query(`select given, how from consent order by position`);
/** Asked for a person and is talking with one. */
const talking = async (): Promise<PaneMessage> => {
  await text('I want to talk to a human');
  const card = await sees(platforms.seats.desk, (message) => message.actions.length > 0);
  await firstline.app.settled();
  await write(card, 'claim');
  await hears('You are now talking with');
  await firstline.app.settled();
  return card;
};
/** The platform answers its keywords by itself. */
const unsubscribed = 'You have successfully been unsubscribed';
const resubscribed = 'You have successfully been re-subscribed';

test('trap 37: whoever sends STOP in the middle of an answer gets no more of it', async () => {
  const begun = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  firstline.model.next(async function* () {
    yield 'Returns are free. ';
    begun.resolve();
    await rest.promise;
    yield 'You have 45 days.';
  });
  await text('What is the return policy?');
  await begun.promise;
  await text('STOP');
  rest.resolve();
  await firstline.app.settled();
  expect(heard()).toEqual([expect.stringContaining(unsubscribed)]);
  expect(await ledger()).toEqual([{ given: false, how: 'STOP' }]);
  expect(platforms.seats.desk.pane.view(platforms.seats.desk.room).messages).toEqual([]);
});

test('START gives consent again, and what is asked then is answered', async () => {
  await text('Stop');
  await text('START');
  await hears(resubscribed);
  await text('Do you ship to Norway?');
  await hears('You asked: Do you ship to Norway?');
  expect(await ledger()).toEqual([
    { given: false, how: 'STOP' },
    { given: true, how: 'START' },
  ]);
});

test('YES gives consent again only to whoever had withdrawn it; to others it is an answer', async () => {
  await text('Is it open today?');
  await hears('You asked: Is it open today?');
  await text('YES');
  await hears('You asked: YES');
  await text('STOP');
  await text('YES');
  await hears(resubscribed);
  await firstline.app.settled();
  expect(await ledger()).toEqual([
    { given: false, how: 'STOP' },
    { given: true, how: 'YES' },
  ]);
  expect(heard().filter((words) => words.includes('You asked: YES'))).toHaveLength(1);
});

test('a word that the platform does not know is honoured all the same, and nothing is ever tried', async () => {
  const card = await talking();
  await text('ARRÊT');
  await deskSees('asked not to be written to any more');
  const before = heard().length;
  const calls = platforms.servers.twilio.calls();
  await write(card, 'Are you still there?');
  const note = await deskSees('did not reach');
  expect(note.thread).toBe(card.id);
  expect(note.text).toContain('asked not to be written to');
  expect(note.text).toContain('Are you still there?');
  await write(card, 'resolve');
  await deskSees('Your case is resolved');
  await firstline.app.settled();
  expect(heard()).toHaveLength(before);
  expect(platforms.servers.twilio.calls()).toBe(calls);
  // The closing words that were withheld open no new case.
  const cards = platforms.seats.desk.pane.view(platforms.seats.desk.room).messages.filter(({ title }) => title);
  expect(cards).toHaveLength(1);
  await text('DÉMARRER');
  await text('Do you ship to Norway?');
  await hears('You asked: Do you ship to Norway?');
});

test('whoever writes after STOP is not answered: a person is told, and no model is asked', async () => {
  await text('STOP');
  await firstline.app.settled();
  await text('Where is my parcel?');
  const card = await sees(platforms.seats.desk, (message) => message.actions.length > 0);
  expect(JSON.stringify(card)).toContain('wrote after asking not to be written to');
  expect(card.text).toContain('Where is my parcel?');
  await firstline.app.settled();
  expect(firstline.model.requests).toHaveLength(0);
  expect(heard().filter((words) => !words.includes(unsubscribed))).toEqual([]);
});

test('a refusal by the platform because of an opt-out we never heard of is consent withdrawn', async () => {
  platforms.servers.twilio.optOut(platforms.seats.sms.user);
  await text('Where is my parcel?');
  const card = await sees(platforms.seats.desk, (message) => message.actions.length > 0);
  expect(JSON.stringify(card)).toContain('asked not to be written to');
  await firstline.app.settled();
  expect(await ledger()).toEqual([{ given: false, how: '21610' }]);
});

test('what was said about consent is neither changed nor deleted, and names nobody', async () => {
  await text('STOP');
  await firstline.app.settled();
  await expect(firstline.store.query(`update consent set given = true`)).rejects.toThrow(/neither changed nor deleted/);
  await expect(firstline.store.query(`delete from consent`)).rejects.toThrow(/neither changed nor deleted/);
  expect(await ledger()).toHaveLength(1);
  const [row] = await firstline.store.query(`select * from consent`);
  expect(JSON.stringify(row)).not.toContain(platforms.seats.sms.user.slice(-4));
});
