import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import type { PaneMessage } from '#lab/pane.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import {
  type DeskPlatform,
  type DeskRoom,
  openDeskRoom,
  seesCard,
  seesInThread,
  seesOffer,
  threadOf,
  threadText,
  wordsOf,
  write,
} from './support/desk-room.ts';
import { fromBot, pressCase, sees } from './support/pane-watch.ts';
import { createSlowChannel, type SlowChannel } from './support/slow-channel.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';

const desks: readonly DeskPlatform[] = ['slack', 'teams', 'discord'];

describe.each(desks)('with the desk on %s', (name) => {
  let platforms: Platforms;
  let desk: DeskRoom;
  let slow: SlowChannel;
  let firstline: TestApp;

  beforeAll(async () => {
    platforms = await openPlatforms({ rateLimits: 'off' });
    desk = await openDeskRoom(platforms, name);
    firstline = await openTestApp({
      channels: (publicUrl) => {
        const environment = { ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl };
        const [room, sms] = [registry[name]?.(environment), registry['sms']?.(environment)];
        if (!room || !sms) throw new Error('Both platforms have their settings');
        slow = createSlowChannel(room);
        return [slow, sms];
      },
      settings: { desk: { channel: name, room: desk.id } },
    });
    platforms.connect(firstline.url);
  });
  afterAll(async () => {
    await firstline[Symbol.asyncDispose]();
    await platforms[Symbol.asyncDispose]();
  });
  beforeEach(() => firstline.app.settled());

  /** The card of the case in which these words were said, once its thread is known: faster than any person would write there. */
  const caseOf = async (words: string): Promise<PaneMessage> => {
    const card = await seesCard(desk.ana, words);
    await firstline.app.settled();
    return card;
  };
  /** A visitor who was passed to the desk, and the card of the case. */
  const waiting = async (words: string): Promise<{ visitor: WebVisitor; card: PaneMessage }> => {
    const visitor = await openVisitor(firstline.url);
    await visitor.say(`I want to talk to a human, ${words}`);
    await visitor.sees(({ text }) => text.includes('passing this to a person'));
    return { visitor, card: await caseOf(words) };
  };
  const claimed = async (words: string): Promise<{ visitor: WebVisitor; card: PaneMessage }> => {
    const { visitor, card } = await waiting(words);
    await pressCase(desk.ana, card, 'claim');
    await visitor.sees(({ text }) => text === 'You are now talking with Ana Torres.');
    return { visitor, card: await seesOffer(desk.ana, card, 'back') };
  };
  const introductions = (visitor: WebVisitor): string[] =>
    visitor.messages().flatMap(({ text }) => (text.startsWith('You are now talking with') ? [text] : []));
  const assistantAnswers = async (visitor: WebVisitor): Promise<void> => {
    await visitor.say('Do you ship to Norway?');
    await visitor.sees(({ text }) => text.includes('You asked: Do you ship to Norway?'));
  };

  test('the card tells agents who needs them, where, why, and what was said', async () => {
    await using visitor = await openVisitor(firstline.url);
    await visitor.say('Do you ship to Norway?');
    await visitor.sees(({ text }) => text.includes('You asked: Do you ship to Norway?'));
    await visitor.say('Let me talk to a person, the parcel to Bergen is lost');
    const card = await seesCard(desk.ana, 'parcel to Bergen');
    const words = wordsOf(card);
    for (const part of [
      'Web visitor needs a person',
      'Who: Web visitor',
      'Channel: web',
      'Reason: asked for a person',
      'State: waiting',
      'Do you ship to Norway?',
      'You asked: Do you ship to Norway?',
    ])
      expect(words).toContain(part);
    expect(card.thread).toBeNull();
    expect(card.actions.map(({ label }) => label)).toEqual(['Claim', 'Reply', 'Resolve']);
  });

  test('the card of a long conversation keeps who, why and how to answer; all that was said stands below it', async () => {
    await using visitor = await openVisitor(firstline.url);
    await visitor.say(`${'The first parcel was late. '.repeat(40)}What now?`);
    await visitor.sees(({ text }) => text.includes('You asked: The first parcel'));
    const story = Array.from({ length: 60 }, (_, index) => `Then came delay ${index} of the second parcel.`);
    await visitor.say(`I want to talk to a human. ${story.join('\n')}`);
    const card = await seesCard(desk.ana, 'Then came delay 0 of');
    const words = wordsOf(card);
    for (const part of [
      'Who: Web visitor',
      'Reason: asked for a person',
      'State: waiting',
      'for all that you can type',
    ])
      expect(words).toContain(part);
    expect(words).not.toContain(story.at(-1));
    await seesInThread(desk.ana, card, story.at(-1) ?? '');
    for (const line of ['The first parcel was late.', ...story]) expect(threadText(desk.ana, card)).toContain(line);
  });

  test('what is too long for the assistant reaches the agent whole', async () => {
    const { visitor, card } = await claimed('my whole history');
    await using _visitor = visitor;
    const lines = Array.from({ length: 400 }, (_, index) => `On day ${index + 1} the parcel was still not there.`);
    const history = lines.join('\n\n');
    expect(history.length).toBeGreaterThan(8000 * 2);
    await visitor.say(history);
    await seesInThread(desk.ana, card, lines.at(-1) ?? '');
    const heard = threadText(desk.ana, card);
    for (const line of lines) expect(heard).toContain(line);
    await firstline.app.settled();
    expect(visitor.messages().filter(({ text }) => text.includes('too long'))).toEqual([]);
  });

  test('a visitor talks with an agent, in private from colleagues, and with the assistant again afterwards', async () => {
    const { visitor, card } = await claimed('my parcel is lost');
    await using _visitor = visitor;
    const asked = firstline.model.requests.length;
    expect(wordsOf(card)).toContain('State: claimed by Ana Torres');
    await seesInThread(desk.ana, card, 'Ana Torres has this case');

    await write(desk.ana, card, '// probably the depot again');
    await write(desk.bob, card, 'Ana, it was the depot last time too');
    await write(desk.ana, card, 'I found your parcel. It arrives tomorrow.');
    await visitor.sees(({ text }) => text === '**Ana Torres:** I found your parcel. It arrives tomorrow.');
    await visitor.say('Thank you! Before noon?');
    const heard = await seesInThread(desk.ana, card, 'Thank you! Before noon?');
    expect(heard.text).toContain('Web visitor');
    expect(firstline.model.requests).toHaveLength(asked);

    await pressCase(desk.ana, card, 'back');
    await visitor.sees(({ text }) => text.startsWith("I'm back"));
    const closed = await seesOffer(desk.ana, card, 'back', false);
    expect(wordsOf(closed)).toContain('State: handed back by Ana Torres');
    expect(closed.actions).toEqual([]);
    await assistantAnswers(visitor);
    await write(desk.ana, card, 'One more thing');
    await firstline.app.settled();
    const shown = visitor.messages().map(({ text }) => text);
    expect(shown.join('\n')).not.toMatch(/depot|One more thing/);
  });

  test('lines that begin with // stay at the desk, wherever they are in the message', async () => {
    const { visitor, card } = await claimed('the lamp flickers');
    await using _visitor = visitor;
    await write(desk.ana, card, 'We send a new lamp today.\n// third one from that batch\nKeep the old one.');
    await visitor.sees(({ text }) => text === '**Ana Torres:** We send a new lamp today.\nKeep the old one.');
    await write(desk.ana, card, 'reply // they were rude last time\nAnything else?');
    await visitor.sees(({ text }) => text === '**Ana Torres:** Anything else?');
    await write(desk.ana, card, 'resolve');
    await visitor.sees(({ text }) => text.includes('Your case is resolved'));
    await firstline.app.settled();
    expect(JSON.stringify(visitor.history)).not.toMatch(/batch|rude/);
  });

  test('a second agent who claims is told who has the case, and the customer notices nothing', async () => {
    const { visitor, card } = await waiting('my chair wobbles');
    await using _visitor = visitor;
    await pressCase(desk.ana, card, 'claim');
    await seesOffer(desk.ana, card, 'claim', false);
    await write(desk.bob, card, 'claim');
    await seesInThread(desk.bob, card, 'Ana Torres has this case already, Bob Reyes.');
    await write(desk.bob, card, 'I could take it as well');
    await visitor.sees(({ text }) => text.startsWith('You are now talking with'));
    await firstline.app.settled();
    expect(introductions(visitor)).toEqual(['You are now talking with Ana Torres.']);
    expect(visitor.messages().some(({ text }) => text.includes('take it as well'))).toBe(false);
  });

  test('two agents who claim at the same time: one has the case, the other is told so', async () => {
    const { visitor, card } = await waiting('my table came without legs');
    await using _visitor = visitor;
    await Promise.all([pressCase(desk.ana, card, 'claim'), pressCase(desk.bob, card, 'claim')]);
    await seesInThread(desk.ana, card, 'has this case already');
    await visitor.sees(({ text }) => text.startsWith('You are now talking with'));
    await firstline.app.settled();
    expect(introductions(visitor)).toHaveLength(1);
  });

  test('claim pressed twice in a row claims once', async () => {
    const { visitor, card } = await waiting('my bill is wrong');
    await using _visitor = visitor;
    await Promise.all([pressCase(desk.ana, card, 'claim'), pressCase(desk.ana, card, 'claim')]);
    await seesOffer(desk.ana, card, 'claim', false);
    await visitor.sees(({ text }) => text.startsWith('You are now talking with'));
    await firstline.app.settled();
    expect(introductions(visitor)).toHaveLength(1);
    expect(threadOf(desk.ana, card).filter(({ text }) => text.includes('has this case'))).toHaveLength(1);
  });

  test('the reply button asks for the words, claims the case and sends them; the resolve button ends it', async () => {
    const { visitor, card } = await waiting('my key does not fit');
    await using _visitor = visitor;
    await pressCase(desk.ana, card, 'reply', 'Please turn it around.');
    await visitor.sees(({ text }) => text === '**Ana Torres:** Please turn it around.');
    expect(visitor.messages().some(({ text }) => text === 'You are now talking with Ana Torres.')).toBe(true);
    const mine = await seesOffer(desk.ana, card, 'back');
    await pressCase(desk.ana, mine, 'reply', 'Please turn it around.');
    await visitor.say('Now it fits');
    await seesInThread(desk.ana, card, 'Now it fits');
    await pressCase(desk.ana, mine, 'resolve');
    await visitor.sees(({ text }) => text.includes('Your case is resolved'));
    const closed = await seesOffer(desk.ana, card, 'resolve', false);
    expect(wordsOf(closed)).toContain('State: resolved by Ana Torres');
    await assistantAnswers(visitor);
    // The same words sent again on purpose are not taken for a repeated delivery.
    expect(visitor.messages().filter(({ text }) => text.includes('Please turn it around.'))).toHaveLength(2);
  });

  test('a customer on the phone is answered by text message through commands typed in the thread', async () => {
    const phone = platforms.seats.sms;
    await phone.pane.say({ ...phone, text: 'I need a human, the door is stuck' });
    const card = await caseOf('the door is stuck');
    expect(wordsOf(card)).toContain('Channel: sms');
    await write(desk.bob, card, 'On my way');
    await seesInThread(desk.bob, card, 'Nobody has claimed this case yet');
    await write(desk.bob, card, 'claim');
    await sees(phone, ({ text }) => text === 'You are now talking with Bob Reyes.');
    await write(desk.bob, card, 'Is it the front door?');
    await sees(phone, ({ text }) => text === 'Bob Reyes: Is it the front door?');
    await phone.pane.say({ ...phone, text: 'No, the back door' });
    await seesInThread(desk.bob, card, 'No, the back door');
    await write(desk.bob, card, `${desk.mention} reply Then lift the handle.`);
    await sees(phone, ({ text }) => text === 'Bob Reyes: Then lift the handle.');
    await write(desk.bob, card, `${desk.mention} back`);
    await sees(phone, ({ text }) => text.startsWith("I'm back"));
    await phone.pane.say({ ...phone, text: 'Do you ship to Norway?' });
    await sees(phone, (message) => fromBot(message) && message.text.includes('You asked: Do you ship to Norway?'));
    expect(phone.pane.view(phone.room).messages.some(({ text }) => text.includes('On my way'))).toBe(false);
  });

  test('two customers with cases in the same room do not mix', async () => {
    const one = await claimed('my red scarf is torn');
    await using first = one.visitor;
    const other = await waiting('my blue hat is too small');
    await using second = other.visitor;
    expect(other.card.id).not.toBe(one.card.id);
    await pressCase(desk.bob, other.card, 'claim');
    await second.sees(({ text }) => text === 'You are now talking with Bob Reyes.');
    await Promise.all([
      write(desk.ana, one.card, 'A new scarf is on its way'),
      write(desk.bob, other.card, 'A bigger hat is on its way'),
      first.say('Red again, please'),
      second.say('Blue again, please'),
    ]);
    await first.sees(({ text }) => text.includes('A new scarf'));
    await second.sees(({ text }) => text.includes('A bigger hat'));
    await seesInThread(desk.ana, one.card, 'Red again');
    await seesInThread(desk.bob, other.card, 'Blue again');
    await write(desk.ana, one.card, 'resolve');
    await first.sees(({ text }) => text.includes('Your case is resolved'));
    await second.say('Is anybody there?');
    await seesInThread(desk.bob, other.card, 'Is anybody there?');
    await firstline.app.settled();
    const words = (messages: readonly { text: string }[]): string => messages.map(({ text }) => text).join('\n');
    expect(words(first.messages())).not.toMatch(/\bhat|Blue|Bob/);
    expect(words(second.messages())).not.toMatch(/scarf|Red|Ana|resolved/);
    expect(threadText(desk.ana, one.card)).not.toMatch(/\bhat|Blue/);
    expect(threadText(desk.bob, other.card)).not.toMatch(/scarf|Red/);
  });

  test('what a customer writes before the card is posted stands in its thread, in order', async () => {
    await using visitor = await openVisitor(firstline.url);
    const release = slow.hold();
    await visitor.say('I want to talk to a human, the boiler leaks');
    await visitor.sees(({ text }) => text.includes('passing this to a person'));
    const added = ['It is in the cellar', 'The water is warm', 'Now it stopped'];
    for (const text of added) await visitor.say(text);
    release();
    const card = await seesCard(desk.ana, 'the boiler leaks');
    await seesInThread(desk.ana, card, 'Now it stopped');
    const words = threadText(desk.ana, card);
    const inOrder = added.toSorted((a, b) => words.indexOf(a) - words.indexOf(b));
    expect(inOrder.filter((text) => words.includes(text))).toEqual(added);
  });

  test('long words reach the other side whole, in as many messages as it takes', async () => {
    const { visitor, card } = await claimed('my order is complicated');
    await using _visitor = visitor;
    const lines = Array.from({ length: 120 }, (_, index) => `Line ${index} of my long story about the order.`);
    await visitor.say(`${lines.join('\n')}\nThat was all.`);
    await seesInThread(desk.ana, card, 'That was all.');
    for (const line of lines) expect(threadText(desk.ana, card)).toContain(line);
  });

  test('a long answer of an agent reaches the phone whole, in several text messages', async () => {
    const phone = platforms.seats.sms;
    await phone.pane.say({ ...phone, text: 'Please let me talk to a human about the manual' });
    const card = await caseOf('about the manual');
    const steps = Array.from({ length: 60 }, (_, index) => `Step ${index}: press the button.`);
    await write(desk.ana, card, `reply ${steps.join('\n')}`);
    await sees(phone, ({ text }) => text.includes(steps.at(-1) ?? ''));
    const received = phone.pane
      .view(phone.room)
      .messages.filter(fromBot)
      .map(({ text }) => text)
      .join('\n');
    for (const step of steps) expect(received).toContain(step);
  });
});
