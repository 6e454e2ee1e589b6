import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { registry } from '#channels/registry.ts';
import type { PaneMessage } from '#lab/pane.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { openCustomer, type Customer } from './support/customer.ts';
import {
  type DeskRoom,
  openDeskRoom,
  seesCard,
  seesInThread,
  seesOffer,
  threadText,
  wordsOf,
  write,
} from './support/desk-room.ts';
import { pressCase, sees } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

/** What agents can do with a case, where what they write in its thread is private unless it is a reply. */
let platforms: Platforms;
let desk: DeskRoom;
let firstline: TestApp;
const undoMs = 4000;

beforeAll(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  desk = await openDeskRoom(platforms, 'slack');
  firstline = await openTestApp({
    knowledge: true,
    channels: (publicUrl) => {
      const environment = { ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl };
      return ['slack', 'sms'].map((channel) => registry[channel]!(environment)!);
    },
    settings: { desk: { channel: 'slack', room: desk.id, talk: 'private', undoMs } },
  });
  platforms.connect(firstline.url);
});
afterAll(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});
beforeEach(() => firstline.app.settled());

const open = async (words: string): Promise<{ customer: Customer; card: PaneMessage }> => {
  const customer = await openCustomer(platforms, firstline.url, 'web');
  await customer.say(`I want to talk to a human, ${words}`);
  const card = await seesCard(desk.ana, words);
  await firstline.app.settled();
  return { customer, card };
};
const claimed = async (words: string) => {
  const made = await open(words);
  await pressCase(desk.ana, made.card, 'claim');
  await made.customer.sees('You are now talking with Ana Torres');
  return made;
};

test('a reply leaves after a while in which it can be taken back, by word or by button', async () => {
  const { customer, card } = await claimed('undo by word');
  await using _ = customer;
  await write(desk.ana, card, 'reply You can have it for free.');
  await seesInThread(desk.ana, card, 'has this in 4 s.');
  await write(desk.ana, card, 'undo');
  await seesInThread(desk.ana, card, 'Taken back.');
  await write(desk.ana, card, 'reply You can have it for half.');
  await customer.sees('for half');
  await write(desk.ana, card, 'undo');
  await seesInThread(desk.ana, card, 'There is nothing to take back');
  await write(desk.ana, card, 'reply It costs nothing at all.');
  const notice = await sees(
    desk.ana,
    (message) =>
      message.thread === card.id && message.actions.some(({ id }) => id.startsWith('undo:')) && isLast(message),
  );
  await desk.ana.pane.press({
    room: desk.ana.room,
    user: desk.ana.user,
    message: notice.id,
    action: notice.actions[0]!.id,
  });
  await write(desk.ana, card, 'reply Goodbye.');
  await customer.sees('Goodbye.');
  await firstline.app.settled();
  expect(customer.texts().join('\n')).not.toMatch(/for free|at all/);
  // It is not remembered either: the assistant would repeat it.
  const said = await firstline.store.query(
    `select 1 from message where speaker = 'agent' and conversation in
    (select conversation from support_case where id::text = $1)`,
    [(card.actions[0]?.id ?? '').split(':')[1]],
  );
  expect(said).toHaveLength(2);
});

/** The newest offer to take something back. */
const isLast = (message: PaneMessage): boolean =>
  desk.ana.pane
    .view(desk.ana.room)
    .messages.findLast((one) => one.thread === message.thread && one.actions.some(({ id }) => id.startsWith('undo:')))
    ?.id === message.id;

test('a case is put back for anybody, and taken over from a colleague; the customer hears who has it', async () => {
  const { customer, card } = await claimed('changing hands');
  await using _ = customer;
  await write(desk.bob, card, 'claim');
  await seesInThread(desk.bob, card, 'Ana Torres has this case already, Bob Reyes.');
  await write(desk.bob, card, 'take over');
  await customer.sees('You are now talking with Bob Reyes');
  await seesInThread(desk.bob, card, 'It was with Ana Torres.');
  await pressCase(desk.bob, await seesOffer(desk.bob, card, 'release'), 'release');
  expect(wordsOf(await seesOffer(desk.bob, card, 'claim'))).toContain('State: waiting');
  await customer.say('Is anybody there?');
  await seesInThread(desk.ana, card, 'Is anybody there?');
  await pressCase(desk.ana, await seesOffer(desk.ana, card, 'claim'), 'claim');
  await seesOffer(desk.ana, card, 'release');
  await write(desk.ana, card, 'reply I have it again.');
  await customer.sees('I have it again.');
  expect(customer.texts().filter((text) => text.includes('now talking with Ana'))).toHaveLength(2);
});

test('a reminder is promised with its time, and what can be typed is told', async () => {
  const { customer, card } = await open('remind me');
  await using _ = customer;
  await write(desk.ana, card, 'snooze 2h');
  await seesInThread(desk.ana, card, 'You are reminded here at');
  const [row] = await firstline.store.query<{ ms: number }>(
    `select extract(epoch from due_at - created_at) * 1000 as ms from outbox where key like '%:remind'`,
  );
  expect(Number(row?.ms) / 3_600_000).toBeCloseTo(2, 1);
  await write(desk.ana, card, '!help');
  await seesInThread(desk.ana, card, 'a reminder here');
  await firstline.store.query(`delete from outbox where key like '%:remind'`);
});

test('an incident is told once to each who asks about it, on every channel, and its end to all of them', async () => {
  const { customer, card } = await open('nothing can be paid');
  await using _ = customer;
  await using phone = await openCustomer(platforms, firstline.url, 'sms');
  await using other = await openCustomer(platforms, firstline.url, 'slack');
  await write(desk.ana, card, '!incident it is down');
  await seesInThread(desk.ana, card, 'Please say what is wrong');
  await write(desk.ana, card, '!incident Payments are down, next update 15:00 | card, checkout');
  await seesInThread(desk.ana, card, 'is told once');
  await phone.say('Why is my card refused?');
  await phone.sees('We know of this: Payments are down, next update 15:00.');
  await other.say('Do you ship to Norway?');
  await other.sees('You asked: Do you ship to Norway?');
  await other.say('I cannot make a payment');
  await other.sees('We know of this: Payments are down');
  // Asked again, it is answered like anything else: it may be about something else.
  await other.say('Which payment methods are there?');
  await other.sees('You asked: Which payment methods are there?');
  await write(desk.ana, card, '!incident over');
  await seesInThread(desk.ana, card, '2 who had asked about it are told.');
  await phone.sees('This is over: Payments are down');
  await other.sees('This is over: Payments are down');
  await other.say('Does the checkout take coupons?');
  await other.sees('You asked: Does the checkout take coupons?');
  await firstline.app.settled();
  expect(customer.texts().join('\n')).not.toContain('Payments are down');
});

test('whatever is said in a thread among colleagues, and however, none of it reaches the customer', async () => {
  const secret = 'marzipan';
  const word = fc.constantFrom(
    'we',
    'refund',
    'them',
    'claim',
    'the',
    'depot',
    'reply',
    'no',
    '`code`',
    '@Ana',
    '> so',
    'why?',
  );
  const remark = fc
    .tuple(fc.array(word, { maxLength: 6 }), fc.array(word, { maxLength: 4 }), fc.constantFrom(' ', '\n', '\n\n', ', '))
    .map(([before, after, gap]) => [...before, secret, ...after].join(gap))
    // What begins like a reply is one.
    .filter((text) => !/^\s*[/!]?reply[:\s]/i.test(text));
  const says = fc.record({ by: fc.constantFrom('ana', 'bob' as const), text: remark });
  const { customer, card } = await claimed('a private thread');
  await using _ = customer;
  const conversations = fc.sample(fc.array(says, { minLength: 1, maxLength: 3 }), { numRuns: 100, seed: 7 });
  const heard = async (): Promise<number> => {
    const [row] = await firstline.store.query<{ count: number }>('select count(*)::int as count from inbox');
    return row?.count ?? 0;
  };
  const before = await heard();
  for (const { by, text } of conversations.flat()) await write(desk[by as 'ana' | 'bob'], card, text);
  // The platform brings them one after another.
  await vi.waitUntil(async () => (await heard()) >= before + conversations.flat().length, {
    timeout: 90_000,
    interval: 100,
  });
  await firstline.app.settled();
  await write(desk.ana, card, 'reply All of it was read.');
  await customer.sees('All of it was read.');
  await firstline.app.settled();
  expect(threadText(desk.ana, card)).toContain(secret);
  expect(customer.texts().join('\n')).not.toContain(secret);
}, 120_000);

test('a draft is for the agent alone, with its sources, and what was promised is found again', async () => {
  const { customer, card } = await claimed('how do I reset my password');
  await using _ = customer;
  firstline.model.next(() => ['Choose Forgot password [1].']);
  await write(desk.ana, card, '!draft');
  await seesInThread(desk.ana, card, 'Draft, which nobody has been sent.');
  expect(threadText(desk.ana, card)).toContain('Choose Forgot password');
  await write(desk.ana, card, '!promises');
  await seesInThread(desk.ana, card, 'Nothing that I can see was promised.');
  await write(desk.ana, card, 'reply We will call you tomorrow at nine. It is free.');
  await customer.sees('We will call you tomorrow at nine.');
  await write(desk.bob, card, '!promises');
  await seesInThread(desk.ana, card, '- agent: We will call you tomorrow at nine.');
  await firstline.app.settled();
  expect(customer.texts().join('\n')).not.toContain('Forgot password');
});
