import { expect, test } from 'vitest';
import { toPlainText } from './plain-text.ts';
import { renderBody } from './render.ts';

test.each([
  ['“Quoted” – it’s…', '"Quoted" - it\'s...'],
  ['**Bold** and _soft_ and `code`', 'Bold and soft and code'],
  ['[the guide](https://example.com/a)', 'the guide (https://example.com/a)'],
  ['<https://example.com/a> and https://example.com/b', 'https://example.com/a and https://example.com/b'],
  ['[mail](mailto:a@b.c)', 'mail (a@b.c)'],
  ['# Title\n\nText', 'Title\n\nText'],
  ['- one\n- two\n  - deep', '- one\n- two\n- deep'],
  ['3. one\n4. two', '3) one\n4) two'],
  ['Done ✅ 👍🏽!', 'Done !'],
  ['👩‍💻 🇩🇪 می‌خواهم 1️⃣', 'می‌خواهم 1'],
  ['| a | b |\n|---|---|\n| 1 | 2 |', 'a, b\n1, 2'],
  ['```sh\nnpm start\n```', 'npm start'],
  ['Größe: 5 €, Привет', 'Größe: 5 €, Привет'],
])('%j reads %j on a phone', (markdown, expected) => {
  expect(toPlainText(markdown)).toBe(expected);
});

test('sources and the way to a person stand below the text', () => {
  const message = {
    text: 'Hold the button.',
    title: 'Reset',
    facts: [{ label: 'Plan', value: 'Gold' }],
    citations: [
      { number: 1, title: 'Guide', url: 'https://example.com/g' },
      { number: 2, title: 'Guide', url: 'https://example.com/g' },
    ],
    actions: [
      { id: 'human', label: 'A person' },
      { id: 'good', label: 'Helpful' },
    ],
  };
  expect(renderBody(message)).toBe(
    'Reset\n\nPlan: Gold\n\nHold the button.\n\nSource: Guide https://example.com/g\n\nReply AGENT for a person.',
  );
  expect(renderBody({ text: 'Hi', actions: [{ id: 'good', label: 'Helpful' }] })).toBe('Hi');
});

test('the body never grows beyond one message, and the text goes first', () => {
  const below = { citations: [{ number: 1, title: 'Guide' }], actions: [{ id: 'human', label: 'A person' }] };
  expect(renderBody({ text: 'x'.repeat(1600), ...below })).toBe('x'.repeat(1600));
  expect(renderBody({ text: 'x'.repeat(1570), ...below })).toBe(`${'x'.repeat(1570)}\n\nReply AGENT for a person.`);
  expect(renderBody({ text: '…'.repeat(1000) })).toHaveLength(1600);
});
