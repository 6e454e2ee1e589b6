import { afterEach, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { openCustomer } from './support/customer.ts';
import { type DeskRoom, openDeskRoom, seesCard, seesInThread } from './support/desk-room.ts';
import { pressCase } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

/** What somebody is told who waits for a person, and what agents are. */
let platforms: Platforms;
let desk: DeskRoom;
let firstline: TestApp;

const start = async (settings: object, limits: object = {}): Promise<void> => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  desk = await openDeskRoom(platforms, 'discord');
  firstline = await openTestApp({
    channels: [registry['discord']!(platforms.environment)!],
    settings: { desk: { channel: 'discord', room: desk.id, ...settings }, limits },
  });
};
afterEach(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

const asks = async (words: string) => {
  const customer = await openCustomer(platforms, firstline.url, 'web');
  await customer.say(`I want to talk to a human, ${words}`);
  return { customer, told: (await customer.sees('passing this to a person')).text };
};

test('nothing is promised of which nothing is known; then it is told how long others waited, and how many are before', async () => {
  await start({});
  for (let index = 1; index <= 5; index += 1) {
    const { customer, told } = await asks(`case number ${index}.`);
    await using _ = customer;
    expect(told).not.toContain('minute');
    const card = await seesCard(desk.ana, `case number ${index}.`);
    await firstline.app.settled();
    await pressCase(desk.ana, card, 'claim');
    await customer.sees('You are now talking with');
  }
  await firstline.app.settled();
  // As if these five had waited for 1, 2, 7, 7 and 50 minutes: three of four within seven, which is promised as ten.
  await firstline.store.query(
    `update support_case set opened_at = claimed_at - waited * interval '1 minute'
     from (select id as known, (array[1, 2, 7, 7, 50])[row_number() over (order by opened_at)] as waited from support_case) w where id = known`,
  );
  const first = await asks('the sixth');
  await using _first = first.customer;
  expect(first.told).toContain('Usually somebody answers within 10 minutes.');
  expect(first.told).not.toContain('before you');
  const second = await asks('the seventh');
  await using _second = second.customer;
  expect(second.told).toContain('1 are before you. Usually somebody answers within 10 minutes.');
});

test('outside of the hours it is told when somebody is there again', async () => {
  const tomorrow = new Date(Date.now() + 24 * 3_600_000);
  const day = tomorrow.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' });
  await start(
    { hours: { zone: 'UTC', days: { [day.toLowerCase()]: '09:00-17:00' }, holidays: [] }, nudgeMs: 1 },
    { sweepMs: 50 },
  );
  const { customer, told } = await asks('late');
  await using _ = customer;
  expect(told).toContain(`Nobody is there at the moment: we are back on ${day}`);
  expect(told).toMatch(/09:00\s?AM|at 9:00/);
});

test('a case that nobody claims is called out once in its thread', async () => {
  await start({ nudgeMs: 1, onCall: '<@everybody-on-call>' }, { sweepMs: 50 });
  const { customer } = await asks('forgotten');
  await using _ = customer;
  const card = await seesCard(desk.ana, 'forgotten');
  await seesInThread(desk.ana, card, 'has waited for 0 min');
  await firstline.app.settled();
  expect(await firstline.store.query(`select 1 from outbox where key like '%:late'`)).toHaveLength(1);
});
