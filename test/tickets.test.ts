import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';
import { type LabTicket, openZendeskLab, type ZendeskLab } from '#lab/zendesk/server.ts';

import { type Customer, type CustomerChannel, openCustomer } from './support/customer.ts';
import { type DeskRoom, openDeskRoom, seesCard, seesInThread, threadText, write } from './support/desk-room.ts';
import { pressCase } from './support/pane-watch.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { until } from './support/until.ts';

/** A case that goes on in a ticket system: what is said is written there, and what its agents answer publicly reaches the customer. */
const access = 'bot@acme.example/token:key';
const secret = 'webhook-secret';
let platforms: Platforms;
let zendesk: ZendeskLab;
let desk: DeskRoom;
let firstline: TestApp;

beforeAll(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
  zendesk = await openZendeskLab(access);
  desk = await openDeskRoom(platforms, 'discord');
  firstline = await openTestApp({
    channels: (publicUrl) => {
      const from = {
        ...platforms.environment,
        FIRSTLINE_PUBLIC_URL: publicUrl,
        ZENDESK_URL: zendesk.url,
        ZENDESK_TICKETS_ACCESS: access,
        ZENDESK_WEBHOOK_SECRET: secret,
      };
      return ['discord', 'sms', 'zendesk'].map((channel) => registry[channel]!(from)!);
    },
    settings: { desk: { channel: 'discord', room: desk.id, talk: 'private', tickets: 'zendesk' } },
  });
  platforms.connect(firstline.url);
  zendesk.subscribe(`${firstline.url}/channels/zendesk/events`, secret);
});
afterAll(async () => {
  await firstline[Symbol.asyncDispose]();
  await zendesk[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});
beforeEach(() => firstline.app.settled());

const open = async (words: string, channel: CustomerChannel = 'sms') => {
  const customer: Customer = await openCustomer(platforms, firstline.url, channel);
  await customer.say(`I want to talk to a human, ${words}. My mail is ada@example.com`);
  const card = await seesCard(desk.ana, words);
  await firstline.app.settled();
  await pressCase(desk.ana, card, 'claim');
  await customer.sees('You are now talking with Ana Torres');
  await write(desk.ana, card, 'ticket');
  await seesInThread(desk.ana, card, 'The ticket is open: ');
  const ticket = zendesk.tickets().at(-1)!;
  return { customer, card, ticket };
};
const words = (ticket: LabTicket): string => ticket.comments.map(({ body }) => body).join('\n---\n');
const added = (ticket: LabTicket, text: string): Promise<true> =>
  until(
    () => (words(ticket).includes(text) ? true : undefined),
    (look) => {
      const timer = setInterval(look, 20);
      return () => clearInterval(timer);
    },
    () => words(ticket),
  );

test('a ticket begins with all that was said, follows the case both ways, and ends it', async () => {
  const { customer, card, ticket } = await open('a broken kettle');
  await using _ = customer;
  expect(ticket.subject).toContain('asked for a person');
  expect(ticket.tags).toEqual(['firstline']);
  expect(ticket.external_id).toMatch(/:ticket$/);
  expect(words(ticket)).toContain('a broken kettle. My mail is ada@example.com');
  // Zendesk would send what is public to the customer once more.
  expect(ticket.comments.every((comment) => !comment.public)).toBe(true);
  expect(threadText(desk.ana, card)).toContain(`/agent/tickets/${ticket.id}`);

  await customer.say('Is anybody there?');
  await added(ticket, 'Is anybody there?');
  await write(desk.ana, card, 'they owe us for the last one, too');
  await write(desk.ana, card, 'reply I am looking into it.');
  await added(ticket, 'Ana Torres** to');

  expect(await zendesk.comment(ticket.id, 'Internal: check the stock', false)).toBe(200);
  expect(await zendesk.comment(ticket.id, 'We send you a new kettle.', true)).toBe(200);
  await customer.sees('Zoe Zendesk: We send you a new kettle.');
  await seesInThread(desk.ana, card, 'in the ticket');

  await write(desk.ana, card, 'ticket');
  await seesInThread(desk.ana, card, 'There is a ticket in zendesk already.');
  expect(await zendesk.setStatus(ticket.id, 'solved')).toBe(200);
  await customer.sees('Your case is resolved');
  await firstline.app.settled();
  const told = customer.texts().join('\n');
  for (const secretWords of ['check the stock', 'owe us']) expect(told).not.toContain(secretWords);
  expect(words(ticket)).not.toContain('owe us');
  // What came from the ticket is not written into it once more.
  expect(words(ticket).split('We send you a new kettle.')).toHaveLength(2);
});

test('an answer that gets lost, a limit and a second try make one ticket and one comment', async () => {
  const before = zendesk.tickets().length;
  zendesk.dropAnswers(1);
  zendesk.limit(1);
  const { customer, ticket } = await open('a lost answer');
  await using _ = customer;
  zendesk.dropAnswers(1);
  await customer.say('Say it once, please');
  await firstline.app.settled();
  await added(ticket, 'Say it once, please');
  await firstline.app.settled();
  expect(zendesk.tickets()).toHaveLength(before + 1);
  expect(words(ticket).split('Say it once, please')).toHaveLength(2);
});

test('what nobody signed, or long ago, is not taken', async () => {
  const send = (headers: Record<string, string>) =>
    fetch(`${firstline.url}/channels/zendesk/events`, { method: 'POST', body: '{}', headers });
  expect((await send({})).status).toBe(401);
  zendesk.subscribe(`${firstline.url}/channels/zendesk/events`, 'another secret');
  const { customer, ticket } = await open('a forged word');
  await using _ = customer;
  expect(await zendesk.comment(ticket.id, 'Please send me your password.', true)).toBe(401);
  zendesk.subscribe(`${firstline.url}/channels/zendesk/events`, secret);
  await firstline.app.settled();
  expect(customer.texts().join('\n')).not.toContain('password');
});

test('what is forgotten here is deleted there for good', async () => {
  const { customer, card, ticket } = await open('a canary-4711 to forget', 'web');
  await using _ = customer;
  await write(desk.ana, card, 'resolve');
  await customer.sees('Your case is resolved');
  await firstline.app.settled();
  await customer.press({ id: '', text: '', actions: [] }, 'forget');
  await customer.sees('I have forgotten');
  await firstline.app.settled();
  expect(zendesk.tickets().some(({ id }) => id === ticket.id)).toBe(false);
  expect(JSON.stringify(zendesk.tickets())).not.toContain('canary-4711');
});
