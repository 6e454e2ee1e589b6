import { expect, test } from 'vitest';

import { openTestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

test('a visitor asks and is answered with citations, streamed by edits', async () => {
  await using desk = await openTestApp({ knowledge: true });
  await using visitor = await openVisitor(desk.url);
  const first = Promise.withResolvers<void>();
  desk.model.next(async function* () {
    yield 'Returns are free within 60 days [1]. And ';
    await first.promise;
    yield 'an unknown source says more [9].';
  });
  const response = await visitor.say('What is the return policy?');
  expect(response.status).toBe(202);
  const partial = await visitor.sees((message) => message.author === 'assistant');
  expect(partial).toMatchObject({ text: 'Returns are free within 60 days [1].', partial: true });
  first.resolve();
  const final = await visitor.sees((message) => message.author === 'assistant' && !message.partial);
  expect(final.text).toBe('Returns are free within 60 days [1]. And an unknown source says more.');
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
