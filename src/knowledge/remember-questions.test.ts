import { expect, test } from 'vitest';

import type { Embedder } from './embed.ts';
import { rememberQuestions } from './remember-questions.ts';

const openCounted = (answers: readonly (number[][] | Error)[] = []) => {
  const asked: string[] = [];
  const next = [...answers];
  const embedder: Embedder = {
    name: 'counted-1',
    dimensions: 1,
    languages: new Set(['en']),
    embed: async (texts) => {
      asked.push(...texts);
      const answer = next.shift() ?? texts.map((text) => [text.length]);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  return { asked, remembering: rememberQuestions(embedder) };
};

test('a question is computed once, also when it was foreseen and is still being computed', async () => {
  const { asked, remembering } = openCounted();
  remembering.foresee('How long does a refund take?');
  const [first, second] = await Promise.all([
    remembering.embed(['How long does a refund take?']),
    remembering.embed(['How long does a refund take?']),
  ]);
  expect([first, second, asked.length]).toEqual([[[28]], [[28]], 1]);
  await remembering.embed(['And to Canada?']);
  expect(asked).toHaveLength(2);
});

test('a failure and an embedder that has nothing to say are not remembered', async () => {
  const { asked, remembering } = openCounted([new Error('out of memory'), []]);
  await expect(remembering.embed(['Why?'])).rejects.toThrow('out of memory');
  expect(await remembering.embed(['Why?'])).toEqual([]);
  expect(await remembering.embed(['Why?'])).toEqual([[4]]);
  expect(await remembering.embed(['Why?'])).toEqual([[4]]);
  expect(asked).toHaveLength(3);
});

test('a question in a language that the embedder does not know is not foreseen, and passages go past the memory', async () => {
  const { asked, remembering } = openCounted();
  remembering.foresee('Wie lange dauert die Rückerstattung auf meine Karte?');
  expect(asked).toEqual([]);
  await remembering.embed(['one', 'two']);
  await remembering.embed(['one', 'two']);
  expect(asked).toHaveLength(4);
});

test('the questions asked longest ago are given up', async () => {
  const { asked, remembering } = openCounted();
  for (let count = 0; count <= 1000; count += 1) await remembering.embed([`question ${count}`]);
  await remembering.embed(['question 1000']);
  expect(asked).toHaveLength(1001);
  await remembering.embed(['question 0']);
  expect(asked).toHaveLength(1002);
});
