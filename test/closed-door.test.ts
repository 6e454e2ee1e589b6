import { expect, test } from 'vitest';

import { createDiscordChannel } from '#channels/discord/channel.ts';
import { openDiscordLab } from '#lab/discord/server.ts';
import type { Seat } from '#lab/platforms.ts';

import { fromBot, pressCase, sees } from './support/pane-watch.ts';
import { openTestApp } from './support/test-app.ts';

test('who takes no direct messages any more is not written to again, and the desk reads what did not reach them', async () => {
  await using lab = await openDiscordLab({ token: 'token', rateLimits: 'off' });
  const person = (name: string): string => lab.addUser({ name }).id;
  const ada: Seat = { pane: lab.pane, user: person('Ada'), room: '' };
  const customer: Seat = { ...ada, room: lab.addRoom({ type: 'direct', user: ada.user }) };
  const desk: Seat = {
    pane: lab.pane,
    user: person('Ana'),
    room: lab.addRoom({ type: 'text', name: 'support-desk' }),
  };
  await using app = await openTestApp({
    channels: [createDiscordChannel({ token: 'token', apiUrl: lab.url })],
    settings: { desk: { channel: 'discord', room: desk.room } },
  });
  const say = (text: string): Promise<string> => lab.pane.say({ ...customer, text });
  const answers = (): number => lab.pane.view(customer.room).messages.filter(fromBot).length;

  await say('I want to talk to a human');
  const card = await sees(desk, ({ actions }) => actions.some(({ id }) => id.startsWith('reply:')));
  await app.app.settled();
  const before = answers();

  lab.closeDirect(ada.user);
  await pressCase(desk, card, 'reply', 'Your parcel comes tomorrow.');
  const note = await sees(
    desk,
    ({ text }) => text.includes('This did not reach Ada') && text.includes('Your parcel comes tomorrow.'),
  );
  expect(note.text).toContain('the platform refused it (50007)');
  await app.app.settled();
  expect(answers()).toBe(before);
});
