import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { openAnthropicLab } from '#lab/anthropic/server.ts';

import { claudeAlone } from './support/chosen-model.ts';
import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp, type TestAppOptions } from './support/test-app.ts';

let street: BarePlatform;
let desk: BarePlatform;
let app: TestApp;

const open = async (options: TestAppOptions = {}): Promise<void> => {
  street = createBarePlatform('street');
  desk = createBarePlatform('slack');
  app = await openTestApp({
    ...options,
    channels: [street.channel, desk.channel],
    settings: { desk: { channel: 'slack', room: 'desk' }, ...options.settings },
  });
};
beforeEach(() => open());
afterEach(() => app[Symbol.asyncDispose]());

const change = (kind: 'edited' | 'deleted', of: string, text?: string): Promise<void> =>
  street.tell({
    kind,
    channel: 'street',
    id: `${kind} ${of} ${text ?? ''}`,
    of,
    sentAt: new Date(),
    ...(text === undefined ? {} : { text }),
  });

const texts = (): string[] => street.shown().map(({ text }) => text);

/** An answer that has begun to be seen and goes on only when it is told to. */
const heldAnswer = () => {
  const held = Promise.withResolvers<void>();
  app.model.next(async function* () {
    yield 'The first sentence of it stands here. ';
    await held.promise;
    yield 'The second sentence comes late. ';
  });
  return { goOn: held.resolve, begun: () => street.sees(({ text }) => text.includes('first sentence')) };
};

test('a question that is changed while it is answered is answered as it reads now, in the same message', async () => {
  const { goOn, begun } = heldAnswer();
  await street.say('q', 'When does the shop open?');
  await begun();
  await change('edited', 'q', 'When does the shop close?');
  goOn();
  await street.sees(({ text, partial }) => text.includes('You asked: When does the shop close?') && !partial);
  await app.app.settled();
  expect(street.shown()).toHaveLength(1);
  expect(texts().join()).not.toContain('first sentence');
});

test('a question that is taken back while it is answered leaves no beginning behind', async () => {
  const { goOn, begun } = heldAnswer();
  await street.say('q', 'What is my balance?');
  await begun();
  await change('deleted', 'q');
  goOn();
  await street.sees(({ text }) => text.includes('You took your question back'));
  await app.app.settled();
  expect(street.shown()).toHaveLength(1);
  expect(street.shown()[0]?.partial).toBeUndefined();
});

test('a question that is changed after its answer is answered anew, once however often that is told', async () => {
  await street.say('q', 'When does the shop open?');
  await app.app.settled();
  await change('edited', 'q', 'When does the shop close?');
  await change('edited', 'q', 'When does the shop close?');
  await app.app.settled();
  expect(app.model.requests.map(({ question }) => question)).toEqual([
    'When does the shop open?',
    'When does the shop close?',
  ]);
  // What it read before is not remembered.
  const { messages } = app.model.requests[1]!;
  expect(JSON.stringify(messages.slice(0, -1))).not.toContain('"user"');
});

test('what was taken back after its answer is not remembered', async () => {
  await street.say('q', 'My colleague Brackenridge was rude.');
  await app.app.settled();
  await change('deleted', 'q');
  await app.app.settled();
  expect(street.shown()).toHaveLength(1);
  await street.say('next', 'What is the return policy?');
  await app.app.settled();
  const { messages } = app.model.requests.at(-1)!;
  expect(
    messages
      .filter(({ role }) => role === 'user')
      .map(({ text }) => text)
      .join(),
  ).not.toContain('Brackenridge');
});

test('whoever is told to stop stops: the model is let go at once, and what was said so far stays', async () => {
  await app[Symbol.asyncDispose]();
  await using claude = await openAnthropicLab({ apiKey: 'key' });
  claude.script({
    text: 'The first sentence of it stands here. The second one begins and goes on and on. And a third.',
    stallAfterChars: 70,
  });
  await open({
    model: claudeAlone(claude),
  });
  await street.say('q', 'Tell me everything.');
  await street.sees(({ text }) => text.includes('first sentence'));
  await street.tell({ ...street.from('Ada', 'Ada'), kind: 'stopped', id: 'stop' });
  const whole = await street.sees(({ partial }) => !partial);
  await app.app.settled();
  expect(whole.text).toContain('The first sentence of it stands here.');
  await vi.waitFor(() => expect(claude.aborted).toBe(1));
  expect(street.shown()).toHaveLength(1);
  const [turn] = await app.store.query<{ outcome: string }>(`select outcome from turn order by started_at limit 1`);
  expect(turn?.outcome).toBe('stopped');
});

test('a stop when nothing is being written changes nothing', async () => {
  await street.say('q', 'When does the shop open?');
  await app.app.settled();
  await street.tell({ ...street.from('Ada', 'Ada'), kind: 'stopped', id: 'stop' });
  await app.app.settled();
  expect(street.shown()).toHaveLength(1);
});

test('what a customer changes or takes back while an agent has the case, the agent reads', async () => {
  await street.say('q', 'I want to talk to a human');
  await app.app.settled();
  await street.say('more', 'My order is 1234');
  await app.app.settled();
  await change('edited', 'more', 'My order is 1243');
  await app.app.settled();
  await desk.sees(({ text }) => text.includes('now says') && text.includes('1243'));
  await change('deleted', 'more');
  await desk.sees(({ text }) => text.includes('took a message back'));
});

test('what an agent corrects, the customer reads corrected', async () => {
  await street.say('q', 'I want to talk to a human');
  await app.app.settled();
  const card = desk.shown().find(({ title }) => title)!;
  const thread = `thread ${card.id}`;
  await desk.say('claim', 'claim', 'Grace', thread);
  await desk.say('reply', 'It arrives on Monday.', 'Grace', thread);
  await app.app.settled();
  await desk.tell({
    kind: 'edited',
    channel: 'slack',
    id: 'edit',
    of: 'reply',
    text: 'It arrives on Tuesday.',
    sentAt: new Date(),
  });
  await street.sees(({ text }) => text.includes('Tuesday'));
  await app.app.settled();
  expect(texts().join()).not.toContain('Monday');
});
