import { afterEach, beforeEach, expect, test } from 'vitest';

import { type AnthropicLab, openAnthropicLab } from '#lab/anthropic/server.ts';
import type { MessagesRequest } from '#lab/anthropic/validate.ts';
import { openLangfuseLab } from '#lab/langfuse/server.ts';

import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp, type TestAppOptions } from './support/test-app.ts';

let claude: AnthropicLab;
let street: BarePlatform;
let desk: BarePlatform;
let app: TestApp;

const open = async ({ settings, secrets, ...options }: TestAppOptions = {}): Promise<void> => {
  street = createBarePlatform('street');
  desk = createBarePlatform('slack');
  app = await openTestApp({
    model: 'configured',
    knowledge: true,
    channels: [street.channel, desk.channel],
    secrets: { ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: claude.url, ...secrets },
    settings: { desk: { channel: 'slack', room: 'desk' }, ...settings },
    ...options,
  });
};
beforeEach(async () => void (claude = await openAnthropicLab({ apiKey: 'key' })));
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  await claude[Symbol.asyncDispose]();
});

const tail = (told: object): string =>
  `\n@@@${JSON.stringify({ intent: 'return order', sentiment: 'calm', needsHuman: false, cites: [1], ...told })}`;
let asked = 0;
const ask = async (told: object | null): Promise<string> => {
  claude.script({ text: `It is in the pages [1].${told ? tail(told) : ''}`, chunkChars: 5 });
  await street.say(`q${(asked += 1)}`, 'What is the return policy?');
  await app.app.settled();
  return street.shown().at(-1)?.text ?? '';
};
const turns = () =>
  app.store.query(`select outcome, prompt, intent, sentiment, needs_human from turn order by started_at`);

test('what the model notices comes with its answer, is kept, and is seen by nobody; it costs no call of its own', async () => {
  await open();
  expect(await ask({ sentiment: 'worried' })).toMatch(/It is in the pages \[1\]\.$/);
  expect(await ask(null)).toBe('It is in the pages [1].');
  expect(await turns()).toMatchObject([
    { outcome: 'answered', intent: 'return order', sentiment: 'worried', needs_human: false },
    { outcome: 'answered', intent: null, sentiment: null, needs_human: null },
  ]);
  expect(claude.requests).toHaveLength(2);
  expect(desk.shown()).toHaveLength(0);
  expect(JSON.stringify((claude.requests.at(-1) as MessagesRequest).messages)).not.toMatch(/worried|@@@/);
});

test('a person who is needed is brought in behind the answer, and that is said', async () => {
  await open();
  expect(await ask({ needsHuman: true })).toMatch(/It is in the pages \[1\]\.\n\nI am passing this to a person\./);
  expect(desk.shown()[0]?.facts).toContainEqual({
    label: 'Reason',
    value: 'the assistant sees that a person is needed',
  });
  expect(await turns()).toMatchObject([{ outcome: 'escalated', needs_human: true }]);
});

test('which of it brings in a person is the operator’s choice', async () => {
  await open({
    settings: {
      desk: { channel: 'slack', room: 'desk', handOverOn: { needsHuman: false, sentiments: ['angry'] } },
    },
  });
  expect(await ask({ needsHuman: true })).not.toContain('passing');
  expect(await ask({ sentiment: 'angry' })).toContain('passing this to a person');
  expect(desk.shown()[0]?.facts).toContainEqual({ label: 'Reason', value: 'they are angry' });
});

test('each organization has its own persona and tone, and every trace tells by which prompt it was answered', async () => {
  const keys = { publicKey: 'pk-lf-test', secretKey: 'sk-lf-test' };
  await using langfuse = await openLangfuseLab(keys);
  await open({
    secrets: {
      LANGFUSE_PUBLIC_KEY: keys.publicKey,
      LANGFUSE_SECRET_KEY: keys.secretKey,
      LANGFUSE_BASE_URL: langfuse.url,
    },
    settings: {
      assistant: { tone: 'Be plain.' },
      organizations: { home: { assistant: { name: 'Nora', persona: 'You work for Northwind.' } } },
    },
  });
  await ask({});
  const { system } = claude.requests.at(-1) as MessagesRequest;
  expect(JSON.stringify(system)).toMatch(/You are Nora.*You work for Northwind\..*- Be plain\./);
  const [turn] = await turns();
  const { prompt } = turn as { prompt: string };
  expect(prompt).toMatch(/^answer@\d+:[0-9a-f]{12}$/);
  await app[Symbol.asyncDispose]();
  const answer = langfuse.spans().find((span) => span.name === 'answer');
  expect(answer?.attributes).toMatchObject({
    'langfuse.observation.metadata.prompt': prompt,
    'langfuse.observation.metadata.intent': 'return order',
  });
});
