import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { registry } from '#channels/registry.ts';
import { openPlatforms } from '#lab/platforms.ts';

import { openDeskRoom, seesCard, seesInThread, write } from './support/desk-room.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';

describe('why an answer is as it is', () => {
  let app: TestApp;
  let visitor: WebVisitor;
  beforeEach(async () => {
    app = await openTestApp({ knowledge: true });
    visitor = await openVisitor(app.url);
  });
  afterEach(async () => {
    await visitor[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
  });

  const answered = async (text: string, accepts: (shown: string) => boolean) => {
    await visitor.say(text);
    return visitor.sees((message) => message.author === 'assistant' && !message.partial && accepts(message.text));
  };
  const explained = (begin: string) => visitor.sees(({ text }) => text.includes(begin));

  test('the button below an answer tells the pages it is from, and those that were not used', async () => {
    app.model.next(() => ['You have 45 days to return it [1].']);
    const answer = await answered('How long may I return an unused item?', (text) => text.includes('45 days'));
    expect(answer.actions.map(({ label }) => label)).toEqual(['Why this answer?', 'Talk to a person']);
    await visitor.press(answer.id, 'why');
    const { text } = await explained('I answered from these pages');
    const [used = '', others = ''] = text.split('I also read these');
    expect(used).toMatch(/\[Return an item\]\(<?https:\/\/help\.northwind\.example\/return-an-item>?\)/);
    expect(others).toContain('https://help.northwind.example/');
    expect(others).not.toContain('example/return-an-item');
    expect(text).not.toContain('Personal details');
  });

  test('each button tells of its own answer, also after others', async () => {
    app.model.next(() => ['A chargeable card is debited when the parcel ships [1].']);
    const first = await answered('When is my credit card charged for an order?', (text) => text.includes('debited'));
    app.model.next(() => ['Nothing that I know of.']);
    await answered('How long is the warranty on zippers?', (text) => text.includes('Nothing that I know'));
    await visitor.press(first.id, 'why');
    expect((await explained('I answered from these pages')).text).toContain('Payment methods');
    await visitor.say('why this answer?');
    expect((await explained('leans on none')).text).toContain('Warranty and repairs');
  });

  test('it tells that personal data was kept from the model, and that a check changed something, never which', async () => {
    app.model.next(() => ['You have 45 days [1]. ', 'It costs 9123 dollars.']);
    await answered('My mail is ada@lovelace.example: how long may I return an item?', (text) =>
      text.includes('45 days'),
    );
    await visitor.say('!why');
    const { text } = await explained('I answered from these pages');
    expect(text).toContain('not shown: 1.');
    expect(text).toContain('A check changed a part');
    expect(text).not.toMatch(/lovelace|9123/);
  });

  test('where nothing was answered there is nothing to tell, and what was forgotten is not told either', async () => {
    await visitor.say('!why');
    await explained('no answer of mine here');
    app.model.next(() => ['You have 45 days to return it [1].']);
    const answer = await answered('How long may I return an unused item?', (text) => text.includes('45 days'));
    await visitor.press(answer.id, 'forget');
    await explained('I have forgotten');
    const before = visitor.messages().length;
    await visitor.say('!why');
    await app.app.settled();
    const rest = visitor.messages().slice(before);
    expect(rest.map(({ text }) => text).join()).not.toContain('I answered from');
  });

  test('a question is answered like any other', async () => {
    await answered('Why?', (text) => text.includes('You asked: Why?'));
  });
});

test('an agent reads in full what the last answer leans on, and the customer reads nothing of it', async () => {
  await using platforms = await openPlatforms({ rateLimits: 'off' });
  const desk = await openDeskRoom(platforms, 'slack');
  await using app = await openTestApp({
    knowledge: true,
    channels: (publicUrl) => {
      const slack = registry['slack']?.({ ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl });
      return slack ? [slack] : [];
    },
    settings: { desk: { channel: 'slack', room: desk.id } },
  });
  platforms.connect(app.url);
  await using visitor = await openVisitor(app.url);
  app.model.next(() => ['You have 45 days to return it [1]. ', 'I have already refunded you.']);
  await visitor.say('How long may I return an unused item? I am at ada@lovelace.example');
  await visitor.sees(({ text }) => text.includes('45 days'));
  await visitor.say('I want to talk to a human about the tent');
  const card = await seesCard(desk.ana, 'about the tent');
  await app.app.settled();
  await write(desk.ana, card, '!why');
  await seesInThread(desk.ana, card, 'Why the assistant answered so');
  for (const part of ['cited', 'return-an-item', 'score', 'EMAIL 1', 'claim:act replace', 'Looked up: How long may I'])
    await seesInThread(desk.ana, card, part);
  await app.app.settled();
  expect(
    visitor
      .messages()
      .map(({ text }) => text)
      .join('\n'),
  ).not.toContain('Why the assistant answered so');
});
