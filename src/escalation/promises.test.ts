import { expect, test } from 'vitest';

import { findPromises } from './promises.ts';

const promised = (text: string, speaker = 'agent'): string[] =>
  findPromises([{ speaker, text }]).map((one) => one.text);

test.each([
  [
    'Sorry for that. We will send you a new kettle by Friday. Anything else?',
    'We will send you a new kettle by Friday.',
  ],
  ["I'll call you back tomorrow.", "I'll call you back tomorrow."],
  ['You will hear from us today.', 'You will hear from us today.'],
  ['Wir erstatten Ihnen den Betrag bis Montag.', 'Wir erstatten Ihnen den Betrag bis Montag.'],
  ['Le devolveremos el dinero el lunes.', 'Le devolveremos el dinero el lunes.'],
  ['Nous vous rembourserons lundi.', 'Nous vous rembourserons lundi.'],
])('%s', (text, expected) => {
  expect(promised(text)).toEqual([expected]);
});

test.each([
  'The kettle costs 20 euros.',
  'I will not refund that.',
  "We won't ship on Sundays.",
  'Wir schicken nichts ins Ausland, und nicht auf Inseln.',
  'We will see.',
])('nothing is promised by: %s', (text) => {
  expect(promised(text)).toEqual([]);
});

test('what the customer says is no promise of ours', () => {
  expect(promised('I will sue you.', 'customer')).toEqual([]);
});
