import fc from 'fast-check';
import { expect, test } from 'vitest';

import { estimateTokens } from '#core/tokens.ts';
import type { GuardedText, RecalledMessage } from '#core/turn.ts';

import { fit } from './fit.ts';

const letters = ['a word and ', 'слово ', '言葉', 'e'] as const;
const text = (lengthMax: number) =>
  fc
    .record({ letter: fc.constantFrom(...letters), length: fc.nat({ max: lengthMax }) })
    .map(({ letter, length }) => letter.repeat(Math.ceil(length / letter.length)).slice(0, length) as GuardedText);
const passage = fc.record({
  id: fc.nat({ max: 20 }).map(String),
  title: fc.constant('Page'),
  heading: fc.constant(''),
  text: text(4000),
});
const quoted = fc.record({ mark: fc.constant('mark'), passages: fc.array(passage, { maxLength: 5 }) });
const recent = fc.array(fc.record({ text: text(3000), quoted: fc.option(quoted) }), { maxLength: 60 }).map((all) =>
  all.map((one, index): RecalledMessage => ({
    ...one,
    position: index,
    role: index % 2 === 0 ? 'user' : 'assistant',
    quoted: index % 2 === 0 ? one.quoted : null,
  })),
);
const asking = fc.record({
  notes: fc.option(text(6000)),
  recent,
  quoted,
  files: fc.array(fc.record({ name: text(40), text: text(20_000) }), { maxLength: 5 }),
  question: text(8000),
  wish: fc.option(text(60)),
});

test('prompt, passages, summary, what was said and the answer always fit, whatever their sizes', () => {
  fc.assert(
    fc.property(
      asking,
      fc.integer({ min: 3000, max: 30_000 }),
      fc.double({ min: 0.3, max: 1.5, noNaN: true }),
      (one, tokensMax, ratio) => {
        const count = (of: string): number => Math.ceil(estimateTokens(of) * ratio);
        const system = 'You are an assistant. '.repeat(40);
        const bounds = { tokensMax, system, replyTokens: 700, count };
        const { messages, usedTokens, wantedTokens, passagesKept, numbers, hiddenMessages } = fit(one, bounds);
        const counted = messages.reduce((sum, message) => sum + count(message.text), count(system) + 700);
        expect(counted).toBe(usedTokens);
        expect(usedTokens).toBeLessThanOrEqual(tokensMax);
        expect(numbers).toHaveLength(passagesKept);
        if (wantedTokens <= tokensMax) expect([usedTokens, hiddenMessages]).toEqual([wantedTokens, 0]);
        const last = one.recent.at(-1);
        if (hiddenMessages < one.recent.length && last?.role === 'user')
          expect(messages.at(-1)?.text).toContain(last.text);
      },
    ),
    { numRuns: 150 },
  );
});

test('what has no room is told in short, the newest first; the question stays whole', () => {
  const said = Array.from({ length: 40 }, (_, index): RecalledMessage => ({
    position: index,
    role: index % 2 === 0 ? 'user' : 'assistant',
    text: `Number ${index}. ${'More of it. '.repeat(60)}` as GuardedText,
    quoted: null,
  }));
  const question = 'And now?' as GuardedText;
  const { messages, hiddenMessages } = fit(
    {
      notes: 'Known:\n- The kettle is blue.',
      recent: said,
      quoted: { mark: 'm', passages: [] },
      files: [],
      question,
      wish: null,
    },
    { tokensMax: 6000, system: 'System.', replyTokens: 500, count: estimateTokens },
  );
  expect(hiddenMessages).toBeGreaterThan(10);
  const [first] = messages;
  expect(first?.text).toContain('The kettle is blue.');
  expect(first?.text).toContain(`Number ${hiddenMessages - 1}.`);
  expect(messages.at(-1)?.text.endsWith('The person writes:\nAnd now?')).toBe(true);
});
