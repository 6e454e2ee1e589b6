import { afterEach, beforeEach, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms, type Seat } from '#lab/platforms.ts';

import { type DeskRoom, openDeskRoom, seesCard, seesInThread, seesOffer, wordsOf, write } from './support/desk-room.ts';
import { pressCase, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let platforms: Platforms;
let desk: DeskRoom;
let firstline: TestApp;
let customer: Seat;

beforeEach(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  desk = await openDeskRoom(platforms, 'slack');
  customer = platforms.seats.slack;
  const slack = registry['slack']?.(platforms.environment);
  if (!slack) throw new Error('Slack has its settings');
  firstline = await openTestApp({
    channels: () => [slack],
    settings: { desk: { channel: 'slack', room: desk.id } },
  });
  platforms.connect(firstline.url);
});
afterEach(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

const say = (text: string) => customer.pane.say({ room: customer.room, user: customer.user, text });

test('agents and customers are known to one another by name, although events name them by an id', async () => {
  await say('I want to talk to a human about my parcel');
  const card = await seesCard(desk.ana, 'parcel');
  expect(wordsOf(card)).toContain('Ada Palmer needs a person');
  await firstline.app.settled();
  await pressCase(desk.ana, card, 'claim');
  await seesOffer(desk.ana, card, 'claim', false);
  await write(desk.ana, card, 'It is on its way.');
  await sees(customer, ({ text }) => text.includes('Ana Torres:') && text.includes('It is on its way.'));
});

test('nothing is lost while nobody tells who a person is', async () => {
  platforms.servers.slack.setFaults([{ server: 'slack', method: 'users.info', fault: 'error' }]);
  await say('I want to talk to a human about my parcel');
  const card = await seesCard(desk.ana, 'parcel');
  expect(wordsOf(card)).toContain(`${customer.user} needs a person`);
  await firstline.app.settled();
  await pressCase(desk.ana, card, 'claim');
  await seesOffer(desk.ana, card, 'claim', false);
  await say('It is blue.');
  await seesInThread(desk.ana, card, 'It is blue.');
});
