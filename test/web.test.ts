import { expect, test } from 'vitest';

import { openTestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

const disclosure = "I'm Firstline, an AI assistant. You can ask for a person at any time.";

test('a visitor asks and is answered with citations, streamed by edits', async () => {
  await using desk = await openTestApp({ knowledge: true });
  await using visitor = await openVisitor(desk.url);
  const first = Promise.withResolvers<void>();
  desk.model.next(async function* () {
    yield 'Returns are free within 45 days [1]. And ';
    await first.promise;
    yield 'an unknown source says more [9].';
  });
  const response = await visitor.say('What is the return policy?');
  expect(response.status).toBe(202);
  const partial = await visitor.sees((message) => message.author === 'assistant');
  expect(partial).toMatchObject({ text: `${disclosure}\n\nReturns are free within 45 days [1].`, partial: true });
  first.resolve();
  const final = await visitor.sees((message) => message.author === 'assistant' && !message.partial);
  expect(final.text).toBe(`${disclosure}\n\nReturns are free within 45 days [1]. And an unknown source says more.`);
  expect(final.citations).toHaveLength(1);
  expect(visitor.messages()).toHaveLength(2);
  await desk.app.settled();
});

test('the same message sent twice is answered once', async () => {
  await using desk = await openTestApp();
  await using visitor = await openVisitor(desk.url);
  await Promise.all([
    visitor.say('Hello there', 'one'),
    visitor.say('Hello there', 'one'),
    visitor.say('Hello there', 'one'),
  ]);
  await visitor.sees((message) => message.author === 'assistant' && !message.partial);
  await desk.app.settled();
  expect(desk.model.requests).toHaveLength(1);
  expect(visitor.messages().filter((message) => message.author === 'assistant')).toHaveLength(1);
});

test('the first answer says that an AI gives it, and later ones do not repeat it', async () => {
  await using desk = await openTestApp();
  await using visitor = await openVisitor(desk.url);
  const answers = () => visitor.messages().filter((message) => message.author === 'assistant' && !message.partial);
  await visitor.say('Hello there');
  await visitor.say('And another thing');
  await desk.app.settled();
  await visitor.say('And one more');
  await visitor.sees((message) => message.text.includes('You asked: And one more'));
  await desk.app.settled();
  const texts = answers().map((message) => message.text);
  expect(texts[0]).toMatch(new RegExp(`^${disclosure.replaceAll('.', '\\.')}\n\nYou asked`));
  expect(texts.slice(1).join()).not.toContain(disclosure);
  expect(await desk.store.query(`select 1 from conversation where disclosed_at is not null`)).toHaveLength(1);
});

test('who asks for a person is heard even when the limit is used up', async () => {
  await using desk = await openTestApp({ settings: { limits: { perPerson: { size: 1, refillPerMinute: 0.001 } } } });
  await using visitor = await openVisitor(desk.url);
  await visitor.say('Hello there');
  await desk.app.settled();
  await visitor.say('Hello again');
  await visitor.sees((message) => message.text.startsWith('That was a lot at once.'));
  await visitor.say('I want to talk to a human');
  await visitor.sees((message) => message.text.startsWith('There is no one I can pass you to'));
});

test('three quick messages are all answered, in order', async () => {
  await using desk = await openTestApp();
  await using visitor = await openVisitor(desk.url);
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  desk.model.next(async function* () {
    begun.resolve();
    await gate.promise;
    yield 'The first is answered.';
  });
  await visitor.say('First question about shipping');
  await begun.promise;
  await visitor.say('Second question about refunds');
  await visitor.say('Third question about passwords');
  gate.resolve();
  await visitor.sees((message) => message.author === 'assistant' && message.text.includes('Third question'));
  await desk.app.settled();
  expect(desk.model.requests.map(({ question }) => question).join('\n\n')).toBe(
    'First question about shipping\n\nSecond question about refunds\n\nThird question about passwords',
  );
});

test('two machines that answer one another come to an end', async () => {
  await using desk = await openTestApp({ settings: { limits: { perPerson: { size: 3, refillPerMinute: 0.001 } } } });
  await using machine = await openVisitor(desk.url);
  await machine.say('I am out of office. 0');
  let answered = 0;
  for (let heard = 0; ;) {
    await desk.app.settled();
    const ours = await desk.store.query(`select 1 from outbox where state = 'sent'`);
    if (ours.length === heard) break;
    heard = ours.length;
    answered += 1;
    await machine.say(`I am out of office. ${answered}`);
  }
  // Three answers, and one that says that it was a lot.
  expect(answered).toBe(4);
  await machine.sees(({ text }) => text.startsWith('That was a lot at once.'));
});
