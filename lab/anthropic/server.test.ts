import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openAnthropicLab, type AnthropicLab } from './server.ts';

let lab: AnthropicLab;
let client: Anthropic;
const ask = {
  model: 'claude-haiku-4-5',
  max_tokens: 200,
  messages: [{ role: 'user' as const, content: 'How do I reset my key?' }],
};

beforeEach(async () => {
  lab = await openAnthropicLab({ apiKey: 'sk-lab' });
  client = new Anthropic({ apiKey: 'sk-lab', baseURL: lab.url, maxRetries: 0 });
});
afterEach(() => lab.close());

test('a stream carries the scripted text in chunks and ends with a stop reason and usage', async () => {
  lab.script({ text: 'Open settings, then press reset.', chunkChars: 5 });
  const deltas: string[] = [];
  const stream = client.messages.stream(ask).on('text', (delta) => deltas.push(delta));
  const message = await stream.finalMessage();
  expect(deltas).toHaveLength(7);
  expect(message.content[0]).toMatchObject({ type: 'text', text: 'Open settings, then press reset.' });
  expect(message).toMatchObject({ stop_reason: 'end_turn', usage: { output_tokens: 8 } });
  expect(lab.requests).toEqual([{ ...ask, stream: true }]);
});

test('without a script the model quotes the first passage it was given', async () => {
  const content = '<passage id="1">Keys are reset in settings.</passage>\n<passage id="2">Other.</passage>\nHow?';
  const message = await client.messages.create({ ...ask, messages: [{ role: 'user', content }] });
  expect(message.content[0]).toMatchObject({ text: 'Keys are reset in settings.' });
});

test('a gated chunk is not seen before its gate opens', async () => {
  const gate = Promise.withResolvers<void>();
  lab.script({ text: 'one two', chunkChars: 4, gate: (index) => (index === 1 ? gate.promise : Promise.resolve()) });
  const seen: string[] = [];
  const first = Promise.withResolvers<void>();
  const stream = client.messages.stream(ask).on('text', (delta) => {
    seen.push(delta);
    first.resolve();
  });
  await first.promise;
  expect(seen).toEqual(['one ']);
  gate.resolve();
  await stream.done();
  expect(seen).toEqual(['one ', 'two']);
});

test('a stream that breaks rejects with the error of the event', async () => {
  lab.script([
    { text: 'abcdefgh', failAfterChars: 4 },
    { text: 'abcdefgh', cutAfterChars: 4 },
  ]);
  await expect(client.messages.stream(ask).finalMessage()).rejects.toThrow('overloaded_error');
  await expect(client.messages.stream(ask).finalMessage()).rejects.toThrow();
  expect(lab.aborted).toBe(0);
});

test('refusals have the status, type and retry-after of the platform', async () => {
  lab.script({ fail: { status: 429, type: 'rate_limit_error', message: 'slow down', retryAfterSeconds: 3 } });
  const limited = await client.messages.create(ask).catch((error: unknown) => error);
  expect(limited).toBeInstanceOf(Anthropic.RateLimitError);
  expect((limited as InstanceType<typeof Anthropic.APIError>).headers?.get('retry-after')).toBe('3');
  const stranger = new Anthropic({ apiKey: 'wrong', baseURL: lab.url, maxRetries: 0 });
  await expect(stranger.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
});

test.each([
  ['an empty message', { ...ask, messages: [{ role: 'user', content: '' }] }, 'non-empty'],
  ['no messages', { ...ask, messages: [] }, 'at least one message'],
  ['an unknown field', { ...ask, maxTokens: 3 }, 'Extra inputs'],
  [
    'a tool result without its call',
    { ...ask, messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x' }] }] },
    'tool_use',
  ],
  [
    'five cache breakpoints',
    {
      ...ask,
      system: Array.from({ length: 5 }, () => ({ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } })),
    },
    'maximum of 4',
  ],
])('%s is an invalid request', async (_, body, reason) => {
  const refused = client.messages.create(body as never);
  await expect(refused).rejects.toBeInstanceOf(Anthropic.BadRequestError);
  await expect(refused).rejects.toThrow(reason);
});

test('a marked prefix is written to the cache once and read the next time', async () => {
  const system = [
    { type: 'text' as const, text: 'handbook '.repeat(600), cache_control: { type: 'ephemeral' as const } },
  ];
  const first = await client.messages.create({ ...ask, system });
  const second = await client.messages.create({ ...ask, system, messages: [{ role: 'user', content: 'And now?' }] });
  expect(first.usage.cache_creation_input_tokens).toBeGreaterThan(1024);
  expect(first.usage.cache_read_input_tokens).toBe(0);
  expect(second.usage.cache_read_input_tokens).toBe(first.usage.cache_creation_input_tokens);
  expect(second.usage.cache_creation_input_tokens).toBe(0);
  expect(second.usage.input_tokens).toBeLessThan(50);
});

test('an answer longer than max_tokens is cut there', async () => {
  lab.script({ text: 'x'.repeat(100) });
  const message = await client.messages.create({ ...ask, max_tokens: 5 });
  expect(message.stop_reason).toBe('max_tokens');
  expect(message.usage.output_tokens).toBe(5);
});

test('a reader who leaves is counted as aborted', async () => {
  const held = Promise.withResolvers<void>();
  lab.script({ text: 'never', gate: () => held.promise });
  const controller = new AbortController();
  const stream = await client.messages.create({ ...ask, stream: true }, { signal: controller.signal });
  controller.abort();
  for await (const event of stream) void event;
  await expect.poll(() => lab.aborted).toBe(1);
  held.resolve();
});

test('tokens are counted without an answer', async () => {
  const { input_tokens } = await client.messages.countTokens({ model: ask.model, messages: ask.messages });
  expect(input_tokens).toBeGreaterThan(5);
  expect(lab.requests).toEqual([]);
});
