import { afterEach, beforeEach, expect, test } from 'vitest';

import { type AnthropicLab, openAnthropicLab } from '#lab/anthropic/server.ts';
import type { MessagesRequest } from '#lab/anthropic/validate.ts';
import { type OpenAiLab, openOpenAiLab } from '#lab/openai/server.ts';

import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let claude: AnthropicLab;
let openai: OpenAiLab;
let street: BarePlatform;
let desk: BarePlatform;
let firstline: TestApp;

beforeEach(async () => {
  claude = await openAnthropicLab({ apiKey: 'sk-claude' });
  openai = await openOpenAiLab({ apiKey: 'sk-open' });
  street = createBarePlatform('street');
  desk = createBarePlatform('slack');
});
afterEach(async () => {
  for (const one of [firstline, openai, claude]) await one[Symbol.asyncDispose]();
});

const open = async (models: object, { assistant = {}, organizations = {} } = {}): Promise<void> => {
  firstline = await openTestApp({
    model: 'configured',
    channels: [street.channel, desk.channel],
    knowledge: true,
    secrets: {
      ANTHROPIC_API_KEY: 'sk-claude',
      ANTHROPIC_BASE_URL: claude.url,
      OPENAI_API_KEY: 'sk-open',
      OPENAI_BASE_URL: openai.url,
    },
    settings: {
      desk: { channel: 'slack', room: 'desk' },
      assistant,
      organizations,
      models,
      limits: { retryMs: 1, modelRetriesMax: 0, spendingLookMs: 1, perPerson: { size: 100, refillPerMinute: 100 } },
    },
  });
};

let asked = 0;
const ask = async (text = 'What is the return policy?'): Promise<string> => {
  await street.say(`question ${(asked += 1)}`, text);
  await firstline.app.settled();
  return street.shown().at(-1)?.text ?? '';
};
const overloaded = { fail: { status: 529, type: 'overloaded_error' as const } };
const calls = () =>
  firstline.store.query<{ model: string; outcome: string; purpose: string; cost_micros: string }>(
    `select model, outcome, purpose, cost_micros from model_call order by position`,
  );

test('nobody answers: once it is sure, the help pages are quoted', async () => {
  await open({});
  claude.script(Array.from({ length: 3 }, () => overloaded));
  openai.script(Array.from({ length: 3 }, () => ({ status: 503 })));
  expect(await ask()).toContain('This is what our help pages say:');
  expect(street.shown()).toHaveLength(1);
  expect(desk.shown()).toHaveLength(0);
  expect((await calls()).map(({ model, outcome }) => `${model} ${outcome}`).toSorted()).toEqual([
    ...Array.from({ length: 3 }, () => 'claude-haiku-5-5 overloaded'),
    ...Array.from({ length: 3 }, () => 'gpt-5-mini unavailable'),
  ]);
});

test('a key that is refused keeps nobody waiting: the next one answers', async () => {
  await claude[Symbol.asyncDispose]();
  claude = await openAnthropicLab({ apiKey: 'another' });
  await open({});
  openai.script([{ text: 'The other one answers.' }]);
  expect(await ask()).toContain('The other one answers.');
});

test('who fails again and again is not asked any more, and is told in the metrics', async () => {
  await open({ breaker: { failures: 2, windowMs: 60_000, openMs: 60_000 } });
  claude.script(Array.from({ length: 2 }, () => ({ text: 'A beginning. And', cutAfterChars: 12 })));
  openai.script([{ status: 503 }, { text: 'First.' }, { text: 'Second.' }, { text: 'Third.' }]);
  for (const words of ['First.', 'Second.', 'Third.']) expect(await ask()).toContain(words);
  const tried = claude.requests.length;
  expect(tried).toBeLessThanOrEqual(2);
  const metrics = await (await fetch(`${firstline.url}/metrics`)).text();
  expect(metrics).toContain('firstline_model_calls_total{model="gpt-5-mini",outcome="done"} 3');
});

test('who takes too long for the first words is passed over', async () => {
  await open({ claude: { firstTokenMs: 50, silenceMs: 20_000 } });
  const held = Promise.withResolvers<void>();
  claude.script({ text: 'Too late.', gate: () => held.promise });
  openai.script([{ text: 'In time.' }]);
  expect(await ask()).toContain('In time.');
  held.resolve();
  expect(await calls()).toMatchObject([{ outcome: 'timeout' }, { outcome: 'done' }]);
});

test('a hedge: both are asked, whoever is first answers, and the other one is let go', async () => {
  await open({ hedgeMs: 20 });
  const held = Promise.withResolvers<void>();
  claude.script({ text: 'The slow one answers.', gate: () => held.promise });
  openai.script([{ text: 'The quick one answers.' }]);
  expect(await ask()).toContain('The quick one answers.');
  await expect.poll(() => claude.aborted).toBe(1);
  held.resolve();
  expect(street.shown().map(({ text }) => text)).not.toContain('slow');
  await expect.poll(async () => (await calls()).length).toBe(2);
});

test('what every call cost is written down by the price table, on the turn too', async () => {
  const price = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
  await open({ prices: { 'claude-haiku-5-5': price } });
  claude.script({ text: 'It is so.' });
  await ask();
  const [turn] = await firstline.store.query<Record<string, number | string>>(`select * from turn`);
  const of = (name: string): number => Number(turn?.[name]);
  const cost = Math.ceil(
    of('input_tokens') * 3 + of('output_tokens') * 15 + of('cache_read_tokens') * 0.3 + of('cache_write_tokens') * 3.75,
  );
  expect(cost).toBeGreaterThan(1000);
  expect(of('cost_micros')).toBe(cost);
  expect((await calls()).map((call) => Number(call.cost_micros))).toEqual([cost]);
});

test('an organization has its own model, and its budget: a smaller model, shorter answers, then people', async () => {
  await open(
    {},
    {
      assistant: { smallerModel: 'gpt-5-nano' },
      organizations: { home: { assistant: { model: 'claude-sonnet-5-5', monthlyBudgetUsd: 10 } } },
    },
  );
  const spend = (dollars: number) =>
    firstline.store.query(
      `insert into model_call (organization, person, conversation, purpose, model, outcome, input_tokens, output_tokens,
         cache_read_tokens, cache_write_tokens, cost_micros)
       select organization, person, id, 'answer', 'm', 'done', 0, 0, 0, 0, $1 from conversation`,
      [dollars * 1_000_000],
    );
  claude.script({ text: 'The big one.' });
  expect(await ask()).toContain('The big one.');
  const first = claude.requests.at(-1) as MessagesRequest;
  expect(first.model).toBe('claude-sonnet-5-5');

  await spend(8);
  openai.script([{ text: 'The small one.' }]);
  expect(await ask()).toBe('The small one.');
  expect(openai.requests.at(-1)).toMatchObject({ model: 'gpt-5-nano', max_tokens: first.max_tokens });

  await spend(1);
  openai.script([{ text: 'In short.' }]);
  expect(await ask()).toBe('In short.');
  expect(openai.requests.at(-1)).toMatchObject({ model: 'gpt-5-nano', max_tokens: 250 });
  expect(JSON.stringify(openai.requests.at(-1))).toContain('one or two sentences');

  await spend(1);
  expect(await ask()).toContain('passing this to a person');
  expect(desk.shown()).toHaveLength(1);
  expect(openai.requests).toHaveLength(2);
});
