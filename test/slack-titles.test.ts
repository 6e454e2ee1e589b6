import { expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms } from '#lab/platforms.ts';

import { sees } from './support/pane-watch.ts';
import { openTestApp } from './support/test-app.ts';

test('a conversation that a person opens is called by what they ask first, also after they were greeted', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  const slack = registry['slack']?.(platforms.environment);
  if (!slack) throw new Error('Slack has its settings');
  await using firstline = await openTestApp({ channels: [slack] });
  platforms.connect(firstline.url);
  const lab = platforms.servers.slack;
  const seat = platforms.seats.slack;
  const { pane, room, user } = seat;
  const root = await pane.say({ room, user, text: 'Where it hangs' });
  await sees(seat, ({ text }) => text.includes('You asked: Where it hangs'));
  await lab.deliver({
    type: 'assistant_thread_started',
    assistant_thread: { user_id: user, channel_id: room, thread_ts: root, context: {} },
    event_ts: root,
  });
  await firstline.app.settled();
  const say = async (text: string): Promise<void> => {
    await pane.say({ room, user, thread: root, text });
    await sees(seat, (message) => message.text.includes(`You asked: ${text.slice(0, 15)}`));
    await firstline.app.settled();
  };
  // The status line and the title do not depend on one another.
  lab.setFaults([{ server: 'slack', method: 'assistant.threads.setStatus', fault: 'error', times: 1 }]);
  await say(`Where is my parcel? ${'👋'.repeat(60)}`);
  await say('And when does it come?');
  const { rooms } = lab.state() as { rooms: { id: string; titles: Record<string, string> }[] };
  expect(rooms.find(({ id }) => id === room)?.titles[root]).toBe(`Where is my parcel? ${'👋'.repeat(40)}`);
});
