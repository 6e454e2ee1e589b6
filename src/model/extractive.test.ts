import { expect, test } from 'vitest';
import type { ModelRequest } from '#core/model.ts';
import type { GuardedText } from '#core/turn.ts';
import { createExtractive } from './extractive.ts';

const answer = async (question: string, quote: string | null): Promise<string> => {
  const model = createExtractive({
    extract: () => (quote === null ? null : { quotes: [{ passage: 1, text: quote }] }),
    textsFor: () => ({ greeting: 'Hello!', found: 'The pages say:', notFound: 'Not found.' }),
  });
  const request: ModelRequest = {
    payer: { organization: '', person: '', conversation: '', turn: null, purpose: 'answer' },
    isLastTry: false,
    isMoneyShort: false,
    system: '',
    messages: [],
    images: [],
    passages: [],
    numbers: [],
    question: question as GuardedText,
    asked: question as GuardedText,
    maxTokens: 1,
  };
  let text = '';
  for await (const delta of model.answer(request, AbortSignal.timeout(1000))) text += delta;
  return text;
};

test('quotes with the number of the passage, and says so', async () => {
  expect(await answer('return?', 'Within 45 days.')).toBe('The pages say:\n\nWithin 45 days. [2]\n\n');
  expect(await answer('return?', '- one\n- two')).toBe('The pages say:\n\n- one\n- two [2]\n\n');
});

test.each(['| a | b |\n| --- | --- |\n| 1 | 2 |', '```\ncode\n```'])(
  'a number in the last line of a table or of code would be part of it: %s',
  async (quote) => {
    expect(await answer('return?', quote)).toBe(`The pages say:\n\n${quote}\n\n[2]\n\n`);
  },
);

test('says when nothing was found', async () => {
  expect(await answer('eiffel tower', null)).toBe('Not found.');
});

test.each(['hi', 'Hello there!', 'Thank you so much', 'ok, thanks 🙏'])('greets back: %s', async (words) => {
  expect(await answer(words, 'A quote.')).toBe('Hello!');
});

test.each(['hi, what is the return policy?', 'okay but how', 'thanks for nothing'])('is asked: %s', async (words) => {
  expect(await answer(words, 'A quote.')).toContain('A quote.');
});
