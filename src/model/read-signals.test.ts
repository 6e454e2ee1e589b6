import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type ModelAnswer, type ModelStream, noUsage } from '#core/model.ts';

import { readSignals } from './read-signals.ts';

const streamOf = async function* (pieces: Iterable<string>): ModelStream {
  yield* pieces;
  return { model: 'm', usage: noUsage, stopReason: 'end' };
};

const collect = async (stream: ModelStream): Promise<{ pieces: string[]; answer: ModelAnswer }> => {
  const pieces: string[] = [];
  for (;;) {
    const step = await stream.next();
    if (step.done) return { pieces, answer: step.value };
    pieces.push(step.value);
  }
};

const cut = (text: string, sizes: readonly number[]): string[] => {
  const pieces: string[] = [];
  for (let at = 0, index = 0; at < text.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
};
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 });

const answer = 'It takes 5 days [3].\n\n- One @ two\n- ```code```\n\n```\n@@ no\n```';
const told = '{"intent":"track order","sentiment":"upset","needsHuman":true,"cites":[3,8,99]}';
const signals = { intent: 'track order', sentiment: 'upset', needsHuman: true, cites: [1, 2] };

test.each([
  ['on a line of its own', `${answer}\n@@@${told}`],
  ['after a blank line and with blanks', `${answer}\n  @@@ ${told}\n`],
  ['in a fence', `${answer}\n\`\`\`json\n@@@${told}\n\`\`\``],
])('what the model noticed is read, %s, and never seen, however the stream is cut', async (_, text) => {
  await fc.assert(
    fc.asyncProperty(sizes, async (by) => {
      const read = await collect(readSignals(streamOf(cut(text, by)), [3, 8]));
      expect(read.pieces.join('').trimEnd()).toBe(answer);
      expect(read.answer.signals).toEqual(signals);
    }),
  );
});

test.each([
  ['no such line', answer, answer],
  ['one that was cut off', `${answer}\n@@@{"intent":"tr`, answer],
  ['only its beginning', `${answer}\n@@`, answer],
  ['nonsense', `${answer}\n@@@{nonsense}`, answer],
  ['a mention', 'Write to @@@ or @ann.', 'Write to @@@ or @ann.'],
])('an answer with %s is as good', async (_, text, shown) => {
  await fc.assert(
    fc.asyncProperty(sizes, async (by) => {
      const read = await collect(readSignals(streamOf(cut(text, by)), [3, 8]));
      expect(read.pieces.join('').trimEnd()).toBe(shown);
      expect(read.answer.signals).toBeUndefined();
    }),
  );
});

test('no word of the answer waits for the line', async () => {
  const stream = readSignals(streamOf(['A first sentence. ', 'And more.', `\n@@@${told}`]), []);
  expect(await stream.next()).toEqual({ done: false, value: 'A first sentence. ' });
  expect(await stream.next()).toEqual({ done: false, value: 'And more.' });
});

test('what is not of the form is left out, and nothing that a person wrote is kept as an intent', async () => {
  const text = 'Yes.\n@@@{"intent":"my card is 4111 1111","sentiment":"furious","needsHuman":"yes","cites":"all"}';
  const { answer: read } = await collect(readSignals(streamOf([text]), [1]));
  expect(read.signals).toEqual({ intent: null, sentiment: null, needsHuman: false, cites: [] });
});
