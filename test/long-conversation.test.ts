import { afterEach, expect, test } from 'vitest';

import { type Model, type ModelRequest, noUsage } from '#core/model.ts';

import { readConfig } from '../src/config.ts';
import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let street: BarePlatform;
let desk: BarePlatform;
let app: TestApp;

afterEach(() => app[Symbol.asyncDispose]());

const many = { size: 10_000, refillPerMinute: 10_000 };

const open = async (model: Model | 'configured', { limits = {}, secrets = {} } = {}): Promise<void> => {
  street = createBarePlatform('street');
  desk = createBarePlatform('slack');
  app = await openTestApp({
    model,
    secrets,
    channels: [street.channel, desk.channel],
    settings: {
      desk: { channel: 'slack', room: 'desk' },
      limits: { contextTokens: 5000, perPerson: many, perOrganization: many, ...limits },
    },
  });
};

let count = 0;
const say = async (text: string): Promise<void> => {
  await street.say(`m${(count += 1)}`, text);
  await app.app.settled();
};

const read = ({ messages }: ModelRequest): string => messages.map(({ text }) => text).join('\n');

/** A model that answers what it can read, and notes only what it is asked to remember. `hold` is waited for before it notes anything. */
const createReader = (hold: () => Promise<void> = async () => undefined) => {
  const requests: ModelRequest[] = [];
  const model: Model = {
    name: 'reader',
    extractive: false,
    reads: 'text',
    answer: async function* (request) {
      requests.push(request);
      if (request.payer.purpose === 'summary') {
        await hold();
        const facts = [...read(request).matchAll(/Person: Please remember: ([^\n]+)/g)].map(([, fact]) => fact);
        yield JSON.stringify({ facts });
      } else yield 'That is noted. It is as good as done, and you hear of it.';
      return { model: 'reader', usage: noUsage, stopReason: 'end' };
    },
  };
  return {
    model,
    answers: () => requests.filter(({ payer }) => payer.purpose === 'answer'),
    summaries: () => requests.filter(({ payer }) => payer.purpose === 'summary'),
  };
};

const facts = {
  1: 'my dog is called Biscuit',
  2: 'you can reach me at ann.planted@example.com',
  60: 'the order is QX-88213',
  150: 'I prefer the green one',
  270: 'my sister collects it',
} as const;
const filler = (index: number): string =>
  `Here is thing ${['one', 'two', 'three', 'four', 'five'][index % 5]} that I would like to tell you about at some length, so that it takes room.`;

test('what was said in any of 300 turns can still be answered at the end of them', async () => {
  const reader = createReader();
  await open(reader.model);
  for (let turn = 1; turn <= 300; turn += 1) {
    const fact = facts[turn as keyof typeof facts];
    await say(fact ? `Please remember: ${fact}` : filler(turn));
  }
  await say('What did I ask you to remember?');
  const given = read(reader.answers().at(-1)!);
  for (const fact of Object.values(facts).filter((one) => !one.includes('@'))) expect(given).toContain(fact);
  expect(given).toContain('you can reach me at [EMAIL_1]');
  expect(given).not.toContain('ann.planted');
  expect(reader.answers()).toHaveLength(301);
  // Far fewer than one for each turn: the older half is folded at once.
  expect(reader.summaries().length).toBeGreaterThan(3);
  expect(reader.summaries().length).toBeLessThan(60);
  const logged = app.logs.filter((line) => line.includes('could not be folded'));
  expect(logged).toEqual([]);
}, 300_000);

test('nobody waits for the notes: the next question is answered while they are made, and nothing is lost meanwhile', async () => {
  const held = Promise.withResolvers<void>();
  const reader = createReader(() => held.promise);
  await open(reader.model);
  const tell = async (text: string): Promise<void> => {
    const before = reader.answers().length;
    await street.say(`m${(count += 1)}`, text);
    await expect.poll(() => reader.answers().length).toBe(before + 1);
  };
  await tell('Please remember: the order is QX-88213');
  for (let turn = 0; turn < 60; turn += 1) await tell(filler(turn));
  expect(reader.summaries().length).toBe(1);
  await tell('Which order is it?');
  expect(read(reader.answers().at(-1)!)).toContain('QX-88213');
  held.resolve();
  await app.app.settled();
});

test('notes that were made of words taken back meanwhile are void', async () => {
  const held = Promise.withResolvers<void>();
  const reader = createReader(() => held.promise);
  await open(reader.model);
  const isQuiet = () => app.store.query(`select 1 from inbox where done_at is null`);
  await street.say('secret', 'Please remember: the surprise is a trip to Rome');
  await expect.poll(isQuiet).toHaveLength(0);
  for (let turn = 0; reader.summaries().length === 0; turn += 1) {
    await street.say(`filler ${turn}`, filler(turn));
    await expect.poll(isQuiet).toHaveLength(0);
  }
  await street.tell({ kind: 'deleted', channel: 'street', id: 'taken back', of: 'secret', sentAt: new Date() });
  await expect.poll(isQuiet).toHaveLength(0);
  held.resolve();
  await app.app.settled();
  await say('What is the surprise?');
  expect(read(reader.answers().at(-1)!)).not.toContain('Rome');
});

test('a case that people are done with is one dated line in later turns', async () => {
  const reader = createReader();
  await open(reader.model);
  await say('My kettle is broken.');
  await say('I want to talk to a human.');
  await desk.say('claim', 'claim', 'Grace', `thread ${desk.shown()[0]!.id}`);
  await app.app.settled();
  await desk.say('reply', 'We send a new kettle to the usual place.', 'Grace', `thread ${desk.shown()[0]!.id}`);
  await app.app.settled();
  await say('Wonderful, the yellow one please.');
  await desk.say('resolve', 'resolve', 'Grace', `thread ${desk.shown()[0]!.id}`);
  await app.app.settled();
  await say('What is your return policy?');
  const given = read(reader.answers().at(-1)!);
  expect(given).toContain('My kettle is broken.');
  expect(given).toMatch(
    /Handled by people:\n- \d{4}-\d\d-\d\d: a person took over \(asked for a person\) and resolved it\./,
  );
  expect(given).not.toMatch(/usual place|yellow one/);
});

const { secrets } = readConfig(process.env);
test.skipIf(!secrets.ANTHROPIC_API_KEY)(
  'a real model answers from its own notes of a long conversation',
  async () => {
    await open('configured', { secrets });
    for (let turn = 1; turn <= 40; turn += 1) {
      const fact = { 1: facts[1], 12: facts[60], 25: facts[150] }[turn];
      await say(fact ? `Please remember: ${fact}` : filler(turn));
    }
    for (const [question, word] of [
      ['What is my dog called?', /Biscuit/],
      ['Which order did I tell you about?', /QX-88213/],
      ['Which one do I prefer?', /green/],
    ] as const) {
      await say(question);
      expect(street.shown().at(-1)?.text).toMatch(word);
    }
  },
  600_000,
);
