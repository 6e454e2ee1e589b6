import { afterEach, beforeEach, expect, test } from 'vitest';

import { type AnthropicLab, openAnthropicLab } from '#lab/anthropic/server.ts';
import type { MessagesRequest } from '#lab/anthropic/validate.ts';

import { claudeAlone } from './support/chosen-model.ts';
import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let now = 0;
let claude: AnthropicLab;
let street: BarePlatform;
let firstline: TestApp;

beforeEach(async () => {
  now = 0;
  claude = await openAnthropicLab({ apiKey: 'key', now: () => now });
  street = createBarePlatform('street');
  firstline = await openTestApp({
    channels: [street.channel],
    knowledge: true,
    model: claudeAlone(claude),
    settings: { limits: { perPerson: { size: 100, refillPerMinute: 100 } } },
  });
});
afterEach(async () => {
  await firstline[Symbol.asyncDispose]();
  await claude[Symbol.asyncDispose]();
});

const questions = [
  'What is the return policy?',
  'How long do I have for that?',
  'And what does it cost from Canada?',
  'Can I exchange a jacket for another size?',
  'How long does a refund take?',
  'Where can I see my gift card balance?',
  'How do I reset my password?',
  'Do you ship to Norway?',
  'What if my parcel arrives damaged?',
  'When does the store open on Sunday?',
];

const ask = async (text: string, id = text): Promise<void> => {
  claude.script({ text: 'The help pages say so [1]. It is all there [2].' });
  await street.say(id, text);
  await firstline.app.settled();
};

interface Spent {
  readonly input_tokens: number;
  readonly cache_read_tokens: number;
  readonly cache_write_tokens: number;
}

const spent = () =>
  firstline.store.query<Spent>(
    `select input_tokens, cache_read_tokens, cache_write_tokens from turn where model is not null order by started_at`,
  );
const sum = (rows: readonly Spent[], of: (row: Spent) => number): number => rows.reduce((all, row) => all + of(row), 0);
const lastRequest = () => claude.requests.at(-1) as MessagesRequest;

test('in a conversation of ten turns four fifths of what is sent after the first is read from the cache', async () => {
  for (const question of questions) {
    await ask(question);
    now += 60_000;
  }
  // One call for each: what is noticed, and where passages are, costs none of its own.
  expect(claude.requests).toHaveLength(10);
  const rows = await spent();
  expect(rows).toHaveLength(10);
  const later = rows.slice(1);
  const read = sum(later, (row) => row.cache_read_tokens);
  const all = read + sum(later, (row) => row.input_tokens + row.cache_write_tokens);
  expect(read / all).toBeGreaterThanOrEqual(0.8);
  const systems = claude.requests.map((request) => JSON.stringify((request as MessagesRequest).system));
  expect(new Set(systems).size).toBe(1);
});

test('a passage that stands further up is not sent again, and is cited by its place all the same', async () => {
  await ask('What is the return policy?');
  await ask('What is the return policy for boots?');
  const texts = lastRequest().messages.map(({ content }) =>
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  const all = texts.join('\n');
  const numbers = [...all.matchAll(/<passage number=\\?"(\d+)/g)].map(([, number]) => Number(number));
  expect(numbers).toEqual([...new Set(numbers)]);
  expect(texts.at(-1)).toContain('Passages further up that may answer this, too:');
  const [, further = ''] = /answer this, too: ([\d, ]+)\./.exec(texts.at(-1) ?? '') ?? [];
  claude.script({ text: `It is in the pages [${further.split(', ').at(-1)}]. Not in this one [77].` });
  await street.say('third', 'What is the return policy for boots?');
  await firstline.app.settled();
  const shown = street.shown().at(-1);
  expect(shown?.citations).toHaveLength(1);
  expect(shown?.text).toMatch(/It is in the pages \[[1-5]\]\. Not in this one\.$/);
});

test('after a pause in which the provider forgets, earlier passages are not paid for again', async () => {
  await ask('What is the return policy?');
  await firstline.store.query(`update message set created_at = created_at - interval '6 minutes'`);
  now += 360_000;
  await ask('How do I reset my password?');
  const [first, ...rest] = lastRequest().messages;
  expect(first?.content).toBe('What is the return policy?');
  expect(rest).toHaveLength(2);
});

test.each([
  ['is deleted', `delete from document where title = 'Return an item'`],
  ['is in no later version', `update document set until = since + 1 where title = 'Return an item'`],
  ['is not in the version that answers now', `update knowledge_source set version = version + 1`],
])('what a document said that %s is not shown again in a conversation that goes on', async (_, change) => {
  await ask('What is the return policy?');
  expect(JSON.stringify(lastRequest())).toContain('within **45 days** of delivery');
  await firstline.store.query(change);
  await ask('And what does it cost?');
  const [first, , last] = lastRequest().messages;
  expect(first?.content).toBe('What is the return policy?');
  expect(JSON.stringify(last)).not.toContain('further up');
});

test('what a model was shown is forgotten with the conversation, and after a while', async () => {
  await ask('What is the return policy?');
  const kept = () => firstline.store.query(`select 1 from quoted`);
  expect(await kept()).toHaveLength(1);
  await street.tell({ ...street.from('Ada', 'Ada'), kind: 'action', id: 'forget', action: 'forget' });
  await firstline.app.settled();
  expect(await kept()).toHaveLength(0);
});
