import { expect, test } from 'vitest';
import type { ModelMessage } from '#core/model.ts';
import type { GuardedText } from '#core/turn.ts';
import { standAlone } from './stand-alone.ts';

const said = (...texts: string[]): ModelMessage[] =>
  texts.map((text, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', text: text as GuardedText }));
const asked = (question: string, recent: ModelMessage[]) => standAlone(question as GuardedText, recent);

const policy = said('What is the return policy?', 'Within 45 days [1].');

test.each(['And what does it cost?', 'what about Canada', 'How long does that take?', 'is it free?'])(
  '%s is read behind the question before it',
  (question) => {
    expect(asked(question, policy)).toBe(`What is the return policy?\n${question}`);
  },
);

test.each([
  'How do I reset my password?',
  'I want to know whether this blue jacket can be sent back to your warehouse in Duluth',
])('%s stands alone', (question) => {
  expect(asked(question, policy)).toBe(question);
});

test('a second follow-up leans on the question that stood alone', () => {
  const recent = [...policy, ...said('And what does it cost?', 'Nothing [1].')];
  expect(asked('and from Canada?', recent)).toBe('What is the return policy?\nand from Canada?');
});

test('without an earlier question it stays as it is', () => {
  expect(asked('And what does it cost?', [])).toBe('And what does it cost?');
});
