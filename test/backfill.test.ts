import { expect, test } from 'vitest';

import { createDiscordChannel } from '#channels/discord/channel.ts';
import type { Channel } from '#core/channel.ts';
import { openPlatforms } from '#lab/platforms.ts';

import { fromBot, sees } from './support/pane-watch.ts';
import { openTestApp } from './support/test-app.ts';

test('what is written to the bot while no process runs is answered once after the start', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  const seat = platforms.seats.discord;
  const say = (text: string) => seat.pane.say({ room: seat.room, user: seat.user, text });
  const channel = (): Channel =>
    createDiscordChannel({
      token: platforms.environment['DISCORD_TOKEN'] ?? '',
      apiUrl: platforms.servers.discord.url,
    });
  await using desk = await openTestApp({ channels: [channel()] });
  await say('Is anybody there?');
  await sees(seat, (message) => fromBot(message) && message.text.includes('You asked: Is anybody there?'));
  await desk.app.settled();

  // The process goes and leaves its database behind.
  await desk.app.stop();
  await say('And now?');
  const again = await desk.startAgain([channel()]);
  await sees(seat, (message) => fromBot(message) && message.text.includes('You asked: And now?'));
  await again.settled();
  expect(desk.model.requests).toHaveLength(2);
});
