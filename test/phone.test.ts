import { afterEach, beforeEach, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import type { SmsSettings } from '#channels/sms/config.ts';
import type { Channel } from '#core/channel.ts';
import type { PaneMessage } from '#lab/pane.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { fromBot, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let platforms: Platforms;
let firstline: TestApp;
let channels: readonly Channel[];

interface Wanted {
  readonly sms?: Partial<SmsSettings>;
  readonly settings?: Record<string, unknown>;
}

const open = async ({ sms, settings }: Wanted = {}): Promise<void> => {
  firstline = await openTestApp({
    channels: (publicUrl) => {
      const environment = { ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl };
      const own = { sms: { answersHelp: false, showsNumbers: false, whatsappTemplate: '', ...sms } };
      channels = ['slack', 'sms'].flatMap((name) => registry[name]?.(environment, own) ?? []);
      return channels;
    },
    settings: {
      desk: { channel: 'slack', room: platforms.environment['FIRSTLINE_DESK__ROOM'] },
      quietHours: { sms: never },
      ...settings,
    },
  });
  platforms.connect(firstline.url);
};

/** Whenever the tests run. */
const never = { from: '00:00', to: '00:00', zone: 'UTC' };
const template = `HX${'0'.repeat(32)}`;
const numbers = ['+15005550006', '+15005550007'] as const;

beforeEach(async () => {
  platforms = await openPlatforms({
    rateLimits: 'off',
    twilio: { from: numbers.join(','), templates: { [template]: 'News of your case: {{1}}' } },
  });
});
afterEach(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

/** A person texts; resolves when it is stored. */
const text = (body: string): Promise<unknown> =>
  platforms.servers.twilio.receive({ from: platforms.seats.sms.user, body });
const heard = (): string[] => {
  const { pane, room } = platforms.seats.sms;
  return pane
    .view(room)
    .messages.filter(fromBot)
    .map((message) => message.text);
};
const hears = (words: string) =>
  sees(platforms.seats.sms, (message) => fromBot(message) && message.text.includes(words));

/** Named by letters: a figure that stands in no source would not be said. */
const step = (index: number): string =>
  `In step ${String.fromCharCode(97 + Math.floor(index / 10), 97 + (index % 10))} `;
const steps = Array.from({ length: 40 }, (_, index) => `${step(index)}you press the button for a while.`);
const explain = async (): Promise<void> => {
  firstline.model.next(() => [steps.join(' ')]);
  await text('How does it work?');
  await hears(step(0));
  await firstline.app.settled();
};

test('a long answer ends with how to get the rest; MORE brings the next part, after a restart too', async () => {
  await open();
  await explain();
  const [first = ''] = heard();
  expect(heard()).toHaveLength(1);
  expect(first).toMatch(/for a while\.\n\nReply MORE for the rest\.$/);
  await text('more');
  await hears(step(12));
  await firstline.app.stop();
  await firstline.startAgain(channels);
  for (const word of ['MORE', 'Mehr!', 'más', 'suite', 'more']) {
    if (heard().join(' ').includes(steps.at(-1)!)) break;
    const before = heard().length;
    await text(word);
    await sees(platforms.seats.sms, () => heard().length > before);
  }
  const all = heard().join(' ');
  for (const step of steps) expect(all.split(step)).toHaveLength(2);
  const { messages } = platforms.servers.twilio.state() as { messages: { num_segments: string }[] };
  for (const { num_segments } of messages) expect(Number(num_segments)).toBeLessThanOrEqual(3);
  expect(heard().at(-1)).not.toContain('Reply MORE');
  expect(firstline.model.requests).toHaveLength(1);
});

test('MORE is about the newest answer only, and no longer than the rest is kept', async () => {
  await open();
  await explain();
  await text('Do you ship to Norway?');
  await hears('You asked: Do you ship to Norway?');
  await text('MORE');
  await hears('You asked: MORE');
  await explain();
  await firstline.store.query(`update outbox set created_at = now() - interval '25 hours' where state = 'held'`);
  await text('MORE');
  await hears('There is no more of it here.');
});

const onWhatsApp = 'whatsapp:+14155550142';
const writes = (body: string, from = onWhatsApp): Promise<unknown> => platforms.servers.twilio.receive({ from, body });
const reads = (words: string, room = onWhatsApp): Promise<PaneMessage> =>
  sees({ ...platforms.seats.sms, room }, (message) => fromBot(message) && message.text.includes(words));
const deskSees = (accepts: (message: PaneMessage) => boolean): Promise<PaneMessage> =>
  sees(platforms.seats.desk, (message) => fromBot(message) && accepts(message));
const atDesk = (card: PaneMessage, words: string): Promise<string> => {
  const { pane, room, user } = platforms.seats.desk;
  return pane.say({ room, user, thread: card.id, text: words });
};
/** Asked for a person, and has one. */
const talking = async (from: string): Promise<PaneMessage> => {
  await writes('I want to talk to a human', from);
  const card = await deskSees((message) => message.actions.length > 0);
  await firstline.app.settled();
  await atDesk(card, 'claim');
  await reads('You are now talking with', from);
  await firstline.app.settled();
  return card;
};
/** Twenty-five hours go by without a word from the person. */
const aDayLater = async (address: string): Promise<void> => {
  const dayMs = 25 * 3_600_000;
  platforms.servers.twilio.age(address, dayMs);
  await firstline.store.query(`update inbox set received_at = received_at - interval '25 hours' where channel = 'sms'`);
};

test('on WhatsApp an answer has the marks of WhatsApp, and is not cut to the price of a text message', async () => {
  await open();
  firstline.model.next(() => [`**Hold** the button. ${'Then wait a little while. '.repeat(25)}Done.`]);
  await writes('How do I reset it?');
  const { text: answer } = await reads('*Hold* the button.');
  expect(answer).toContain('Done.');
  expect(answer.length).toBeGreaterThan(459);
});

test('outside of the 24 hours of WhatsApp nothing is tried, and the agent is told', async () => {
  await open();
  const card = await talking(onWhatsApp);
  await aDayLater(onWhatsApp);
  await atDesk(card, 'Your lamp is ready');
  const note = await deskSees(({ text: words }) => words.includes('did not reach'));
  expect(note.thread).toBe(card.id);
  expect(note.text).toContain('only within 24 hours');
  expect(
    platforms.seats.sms.pane
      .view(onWhatsApp)
      .messages.map((message) => message.text)
      .join(),
  ).not.toContain('lamp');
  await writes('Hello?');
  await atDesk(card, 'Your lamp is really ready');
  await reads('Your lamp is really ready');
});

test('where a template is set, it carries what is said outside of the 24 hours', async () => {
  await open({ sms: { whatsappTemplate: template } });
  const card = await talking(onWhatsApp);
  await aDayLater(onWhatsApp);
  await atDesk(card, 'Your lamp is ready');
  const { text: words } = await reads('Your lamp is ready');
  expect(words).toMatch(/^News of your case: /);
});

test('a conversation stays with the number it was begun on', async () => {
  await open();
  const from = platforms.seats.sms.user;
  await platforms.servers.twilio.receive({ from, to: numbers[1], body: 'Do you ship to Norway?' });
  await platforms.servers.twilio.receive({ from, body: 'Do you ship to Peru?' });
  await reads('You asked: Do you ship to Norway?', from);
  await reads('You asked: Do you ship to Peru?', from);
  const { messages } = platforms.servers.twilio.state() as { messages: { from: string; body: string }[] };
  const sender = (words: string) => messages.find(({ body }) => body.includes(`You asked: ${words}`))?.from;
  expect(sender('Do you ship to Norway?')).toBe(numbers[1]);
  expect(sender('Do you ship to Peru?')).toBe(numbers[0]);
});

test('STOP to one number of ours counts for all of them', async () => {
  await open();
  const from = platforms.seats.sms.user;
  await platforms.servers.twilio.receive({ from, to: numbers[1], body: 'ABMELDEN' });
  await platforms.servers.twilio.receive({ from, body: 'Do you ship to Peru?' });
  await deskSees((message) => message.actions.length > 0);
  await firstline.app.settled();
  expect(platforms.seats.sms.pane.view(from).messages.filter(fromBot)).toEqual([]);
});

test('agents see the end of a number, or all of it where the organization wants that', async () => {
  await open({ sms: { showsNumbers: true } });
  const card = await talking(platforms.seats.sms.user);
  expect(JSON.stringify(card)).toContain(platforms.seats.sms.user);
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
  platforms = await openPlatforms({ rateLimits: 'off' });
  await open();
  await talking(platforms.seats.sms.user);
  const { pane, room } = platforms.seats.desk;
  const shown = JSON.stringify(pane.view(room).messages);
  expect(shown).toContain(`…${platforms.seats.sms.user.slice(-4)}`);
  expect(shown).not.toContain(platforms.seats.sms.user.slice(0, -4));
});

/** A time of day in UTC, as the settings have it. */
const timeOfDay = (fromNowMs: number): string => new Date(Date.now() + fromNowMs).toISOString().slice(11, 16);
const hourMs = 3_600_000;
const night = { from: timeOfDay(-hourMs), to: timeOfDay(2 * hourMs), zone: 'UTC' };

test('what an agent writes at night waits until the morning, and the agent is told; who writes is awake', async () => {
  await open({ settings: { quietHours: { sms: night } } });
  const { user } = platforms.seats.sms;
  const card = await talking(user);
  await atDesk(card, 'Are you still there?');
  await reads('Are you still there?', user);
  await firstline.app.settled();
  await firstline.store.query(
    `update inbox set received_at = received_at - interval '31 minutes' where channel = 'sms'`,
  );
  await atDesk(card, 'Your lamp is ready');
  await atDesk(card, 'Bring the bill');
  const note = await deskSees(({ text: words }) => words.includes(`they are sent this at ${night.to}`));
  expect(note.thread).toBe(card.id);
  await firstline.app.settled();
  expect(heard().join()).not.toContain('lamp');
  // It is not too old to be sent, however long the night was.
  await firstline.store.query(`update outbox set created_at = created_at - interval '9 hours'`);
  await writes('One more thing', user);
  await reads('Bring the bill', user);
  expect(heard().slice(-2)).toEqual(['Ana Torres: Your lamp is ready', 'Ana Torres: Bring the bill']);
});

test('in the morning it is sent, after a restart too', async () => {
  await open({ settings: { quietHours: { sms: night }, limits: { sweepMs: 50, freshMs: 1 } } });
  const { user } = platforms.seats.sms;
  await writes('I want to talk to a human', user);
  const card = await deskSees((message) => message.actions.length > 0);
  await firstline.app.settled();
  await atDesk(card, 'claim');
  await deskSees(({ text: words }) => words.includes('they are sent this at'));
  await firstline.app.settled();
  expect(heard().join()).not.toContain('You are now talking with');
  await firstline.app.stop();
  await firstline.startAgain(channels);
  await firstline.store.query(`update outbox set due_at = now(), held_until = now() where held_until is not null`);
  await reads('You are now talking with', user);
});

test('a file that comes without a word is read and answered', async () => {
  await open();
  const { user: from } = platforms.seats.sms;
  const bytes = Buffer.from('Order 1234 was left at the depot.');
  await platforms.servers.twilio.receive({ from, body: '', media: [{ bytes, contentType: 'text/plain' }] });
  await reads('You asked:', from);
  expect(JSON.stringify(firstline.model.requests.at(-1)?.messages)).toContain('Order 1234 was left at the depot.');
});
