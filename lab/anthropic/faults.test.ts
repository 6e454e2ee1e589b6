import Anthropic from '@anthropic-ai/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultRule } from '#lab/faults/script.ts';
import { openAnthropicLab, type AnthropicLab } from './server.ts';

let lab: AnthropicLab;
let client: Anthropic;
const ask = {
  model: 'claude-haiku-4-5',
  max_tokens: 200,
  messages: [{ role: 'user' as const, content: 'How do I reset my key?' }],
};
const answer = 'Open settings, then press reset.';

beforeEach(async () => {
  lab = await openAnthropicLab({ apiKey: 'sk-lab' });
  client = new Anthropic({ apiKey: 'sk-lab', baseURL: lab.url, maxRetries: 0 });
  lab.script(Array.from({ length: 4 }, () => ({ text: answer, chunkChars: 4 })));
});
afterEach(() => lab.close());

const switchOn = (fault: object) => lab.setFaults([{ server: 'anthropic', ...fault } as FaultRule]);

/** What a reader of the stream has seen, and how it ended. */
async function read(): Promise<{ text: string; error: unknown }> {
  let text = '';
  const stream = client.messages.stream(ask).on('text', (delta) => (text += delta));
  const error = await stream.finalMessage().then(
    () => null,
    (reason: unknown) => reason,
  );
  return { text, error };
}

test('an overloaded model answers 529 once, then as ever', async () => {
  switchOn({ fault: 'overloaded', times: 1 });
  await expect(client.messages.create(ask)).rejects.toMatchObject({
    status: 529,
    error: { error: { type: 'overloaded_error' } },
  });
  expect((await read()).text).toBe(answer);
});

test('a rate limit says how long to wait', async () => {
  switchOn({ fault: 'rate_limit', retryAfterSeconds: 9 });
  const limited = await client.messages.create(ask).catch((error: unknown) => error);
  expect(limited).toBeInstanceOf(Anthropic.RateLimitError);
  expect((limited as InstanceType<typeof Anthropic.APIError>).headers?.get('retry-after')).toBe('9');
});

test('a stream breaks with an error event, or is cut, after what it has said', async () => {
  switchOn({ fault: 'mid_stream_error', afterChars: 8 });
  const broken = await read();
  expect(broken.text).toBe('Open set');
  expect(String(broken.error)).toContain('overloaded_error');
  switchOn({ fault: 'cut_stream', afterChars: 13 });
  const cut = await read();
  expect(cut.text).toBe('Open settings');
  expect(cut.error).toBeInstanceOf(Anthropic.AnthropicError);
});

test('a stalled stream is silent until its reader leaves', async () => {
  switchOn({ fault: 'stall', afterChars: 4 });
  const heard = Promise.withResolvers<string>();
  const stream = client.messages.stream(ask).on('text', (delta) => heard.resolve(delta));
  expect(await heard.promise).toBe('Open');
  stream.abort();
  await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
  await expect.poll(() => lab.aborted).toBe(1);
});

test('pings between the pieces change nothing for the reader', async () => {
  switchOn({ fault: 'ping', count: 3 });
  expect(await read()).toEqual({ text: answer, error: null });
  const response = await client.messages.create({ ...ask, stream: true }).asResponse();
  expect((await response.text()).split('event: ping').length - 1).toBe(3 * 8 + 1);
  expect(lab.state()).toMatchObject({ faults: { '** ping': 2 } });
});

test('over its requests per minute the API answers 429 in earnest', async () => {
  let now = 0;
  await using busy = await openAnthropicLab({ apiKey: 'sk-lab', requestsPerMinute: 2, now: () => now });
  const caller = new Anthropic({ apiKey: 'sk-lab', baseURL: busy.url, maxRetries: 0 });
  await caller.messages.create(ask);
  const { response } = await caller.messages.create(ask).withResponse();
  expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0');
  const limited = await caller.messages.create(ask).catch((error: unknown) => error);
  expect((limited as InstanceType<typeof Anthropic.APIError>).headers?.get('retry-after')).toBe('30');
  expect(busy.rateLimited()).toBe(1);
  now = 30_000;
  await caller.messages.create(ask);
});
