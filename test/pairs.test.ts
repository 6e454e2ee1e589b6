import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { customerChannels, openCustomer } from './support/customer.ts';
import {
  type DeskPlatform,
  type DeskRoom,
  openDeskRoom,
  seesCard,
  seesInThread,
  threadText,
  write,
} from './support/desk-room.ts';
import { pressCase } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

/** A customer on any channel and the desk on any platform that can hold it: fifteen pairs, each through the life of two cases. */
describe.each(['slack', 'teams', 'discord'] satisfies DeskPlatform[])('with the desk on %s', (name) => {
  let platforms: Platforms;
  let desk: DeskRoom;
  let firstline: TestApp;

  beforeAll(async () => {
    platforms = await openPlatforms({ rateLimits: 'off' });
    desk = await openDeskRoom(platforms, name);
    firstline = await openTestApp({
      channels: (publicUrl) => {
        const environment = { ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl };
        return ['slack', 'teams', 'discord', 'sms'].map((channel) => registry[channel]!(environment)!);
      },
      settings: { desk: { channel: name, room: desk.id, talk: 'private' } },
    });
    platforms.connect(firstline.url);
  });
  afterAll(async () => {
    await firstline[Symbol.asyncDispose]();
    await platforms[Symbol.asyncDispose]();
  });
  beforeEach(() => firstline.app.settled());

  test.each(customerChannels)(
    'a customer on %s: passed on, talked with, handed back, passed on again, resolved, asked',
    async (channel) => {
      await using customer = await openCustomer(platforms, firstline.url, channel);
      const parcel = `parcel ${name} ${channel}`;
      await customer.say(`I want to talk to a human, my ${parcel} is lost`);
      await customer.sees('passing this to a person');
      const card = await seesCard(desk.ana, parcel);
      await firstline.app.settled();
      await pressCase(desk.ana, card, 'claim');
      await customer.sees('You are now talking with Ana Torres');

      // What is said among colleagues stays there; only a reply leaves.
      await write(desk.ana, card, 'The depot lost it again, they owe us');
      await write(desk.ana, card, 'reply I found your parcel in Bergen.');
      await customer.sees('I found your parcel in Bergen.');
      await customer.say('And when does it come?');
      await seesInThread(desk.ana, card, 'And when does it come?');

      await write(desk.ana, card, 'back');
      await customer.sees('your AI assistant. How can I help?');
      await customer.say('Do you ship to Norway?');
      await customer.sees('You asked: Do you ship to Norway?');

      await firstline.app.settled();
      const second = `${parcel} second time`;
      await customer.say(`A human again please, the ${second}`);
      const again = await seesCard(desk.ana, second);
      expect(again.id).not.toBe(card.id);
      await firstline.app.settled();
      await pressCase(desk.bob, again, 'claim');
      await seesInThread(desk.bob, again, 'Bob Reyes has this case');
      await pressCase(desk.bob, again, 'resolve');
      const question = await customer.sees('to 5 (very well)');
      expect(customer.texts().filter((text) => text.includes('to 5'))).toHaveLength(1);
      if (channel === 'sms') await customer.say('4');
      else {
        expect(question.actions.map(({ label }) => label)).toEqual(['1', '2', '3', '4', '5']);
        await customer.press(question, question.actions[3]!.id);
      }
      await customer.sees('Thank you for telling us.');
      await seesInThread(desk.bob, again, 'rated this case 4 of 5');
      await firstline.app.settled();
      expect(customer.texts().join('\n')).not.toContain('depot');
      expect(threadText(desk.ana, card)).toContain('The depot lost it again');
    },
  );
});
