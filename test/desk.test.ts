import { expect, test } from 'vitest';

import { createSlackChannel } from '#channels/slack/channel.ts';
import type { PaneMessage } from '#lab/pane.ts';
import { openSlackLab, type SlackLab } from '#lab/slack/server.ts';

import { openTestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

const openDesk = async () => {
  const lab = await openSlackLab({ signingSecret: 'signing', botToken: 'xoxb-test', rateLimits: 'off' });
  const agent = lab.addUser({ name: 'Ana Torres' });
  const room = lab.addRoom({ name: 'support-desk', kind: 'channel' });
  const slack = createSlackChannel({ botToken: 'xoxb-test', signingSecret: 'signing', apiUrl: lab.url });
  const app = await openTestApp({ channels: [slack], settings: { desk: { channel: 'slack', room: room.id } } });
  lab.setEventsUrl(`${app.url}/channels/slack/events`);
  return { lab, app, room: room.id, user: agent.id };
};

const sees = (lab: SlackLab, room: string, accepts: (message: PaneMessage) => boolean): Promise<PaneMessage> =>
  new Promise((resolve) => {
    const look = (): void => {
      const found = lab.pane.view(room).messages.find(accepts);
      if (!found) return;
      stop();
      resolve(found);
    };
    const stop = lab.pane.onChange(look);
    look();
  });

test('a visitor who asks for a person talks with an agent, and with the assistant again afterwards', async () => {
  const { lab, app, room, user } = await openDesk();
  await using _lab = lab;
  await using _app = app;
  await using visitor = await openVisitor(app.url);

  await visitor.say('I want to talk to a human, my parcel is lost');
  await visitor.sees((message) => message.author === 'assistant' && message.text.includes('passing this to a person'));
  const card = await sees(lab, room, (message) => message.actions.length > 0);
  expect(card.text).toContain('my parcel is lost');

  await lab.pane.press({ room, user, message: card.id, action: card.actions[0]?.id ?? '' });
  await visitor.sees((message) => message.text === 'You are now talking with Ana Torres.');

  await lab.pane.say({ room, user, thread: card.id, text: '// probably the depot again' });
  await lab.pane.say({ room, user, thread: card.id, text: 'I found your parcel. It arrives tomorrow.' });
  await visitor.sees((message) => message.text.includes('I found your parcel'));

  await visitor.say('Thank you!');
  await sees(lab, room, (message) => message.thread === card.id && message.text.includes('Thank you!'));
  expect(app.model.requests).toHaveLength(0);

  await lab.pane.say({ room, user, thread: card.id, text: 'resolve' });
  await visitor.sees((message) => message.text.includes('Your case is resolved'));
  await visitor.say('What is the return policy?');
  await visitor.sees((message) => message.text.startsWith('You asked: What is the return policy?'));
  await app.app.settled();
  expect(visitor.messages().some((message) => message.text.includes('depot'))).toBe(false);
});
