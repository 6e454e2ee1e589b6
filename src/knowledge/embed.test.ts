import { afterAll, expect, test } from 'vitest';
import { openEmbeddedEmbedder } from './embed.ts';

const embedder = openEmbeddedEmbedder();
afterAll(() => embedder.close());

const cosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0);

test('what means alike is near, whatever the words', async () => {
  const [question, near, far] = await embedder.embed([
    'How do I get my money back?',
    'Refunds are paid to your card.',
    'The mountain was covered with snow.',
  ]);
  expect(question).toHaveLength(embedder.dimensions);
  expect(cosine(question!, question!)).toBeCloseTo(1, 4);
  expect(cosine(question!, near!)).toBeGreaterThan(cosine(question!, far!) + 0.1);
});

test('each text has its vector, in order, also over several batches and when it is empty', async () => {
  const texts = Array.from({ length: 14 }, (_, index) => (index === 5 ? '' : `question number ${index}`));
  const together = await embedder.embed(texts);
  const [alone] = await embedder.embed([texts[13]!]);
  expect(together).toHaveLength(14);
  expect(cosine(together[13]!, alone!)).toBeCloseTo(1, 4);
  expect(await embedder.embed([])).toEqual([]);
});

test('what many ask at once is computed together, and each gets its own', async () => {
  const texts = Array.from({ length: 9 }, (_, index) => `May I send back article ${index}?`);
  const together = await Promise.all(texts.map((text) => embedder.embed([text])));
  for (const [index, text] of texts.entries()) {
    const [alone] = await embedder.embed([text]);
    expect(cosine(together[index]![0]!, alone!)).toBeCloseTo(1, 4);
  }
});

test('the event loop goes on while it computes', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await embedder.embed(Array.from({ length: 6 }, () => 'A rather long passage about returns. '.repeat(25)));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(20);
});

test('closing rejects what waits and what comes', async () => {
  const closing = openEmbeddedEmbedder();
  const waiting = expect(closing.embed(['hello'])).rejects.toThrow('closed');
  await closing.close();
  await waiting;
  await expect(closing.embed(['hello'])).rejects.toThrow('closed');
});
