import { expect, test } from 'vitest';

import { type ModelCall, noUsage } from '#core/model.ts';

import { createTokenCounter } from './token-counter.ts';

const payer = { organization: '', person: '', conversation: '', turn: null, purpose: 'answer' as const };
const call = (model: string, counted: number, estimatedTokens: number | null): ModelCall => ({
  payer,
  model,
  outcome: 'done',
  estimatedTokens,
  usage: { ...noUsage, inputTokens: counted / 2, cacheReadTokens: counted / 2 },
});
const text = 'x'.repeat(2986);

test('learns from what the provider counts, by model, and stays on the side of too many', () => {
  const counter = createTokenCounter();
  expect(counter.count('a', text)).toBe(1000);
  for (let index = 0; index < 50; index += 1) counter.learn(call('a', index % 2 === 0 ? 680 : 720, 1000));
  expect(counter.count('a', text)).toBeGreaterThan(720);
  expect(counter.count('a', text)).toBeLessThan(800);
  expect(counter.count('b', text)).toBe(1000);
});

test('one count that makes no sense changes little, and none goes without bounds', () => {
  const counter = createTokenCounter();
  for (let index = 0; index < 50; index += 1) counter.learn(call('a', 700, 1000));
  counter.learn(call('a', 0, 1000));
  counter.learn(call('a', 700, null));
  expect(counter.count('a', text)).toBeLessThanOrEqual(701);
  for (let index = 0; index < 200; index += 1) counter.learn(call('a', 1_000_000, 1));
  expect(counter.count('a', text)).toBe(2000);
});
