import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { findClaim } from './claims.ts';
import { terms } from '#knowledge/terms.ts';

import { createSentenceCheck } from './sentence-check.ts';
import { createSources } from './support.ts';

const passage = 'You will receive your refund within 14 days after the parcel is back. Dr. Hale answers on weekdays.';
const check = (pieces: readonly string[]): string => {
  const sentences = createSentenceCheck({
    passages: [passage],
    said: ['My order is 77'],
    isPrompt: (text) => text.includes('secret rule'),
    instead: (fault) => `<${fault}>`,
  });
  return pieces.map((piece) => sentences.push(piece)).join('') + sentences.end();
};

test.each([
  ['Sure. I have passed this on to our team. Bye.', 'Sure. <handover> Bye.'],
  ['I have cancelled your order.\nI have changed your address.\n', '<act>\n\n'],
  ['You will receive your refund within 14 days.', 'You will receive your refund within 14 days.'],
  ['You will receive your refund within 3 days.', '<figure>'],
  ['It costs 9 euros. Order 77 is fine.', '<figure> Order 77 is fine.'],
  ['Ask Dr. Hale at 8 p.m. on weekdays.', '<figure>'],
])('%s', (text, shown) => expect(check([text])).toBe(shown));

test('a text is judged the same however it arrives', () => {
  const part = fc.constantFrom(
    'I have passed this on to our team. ',
    'I guarantee it',
    'Dr. Hale says so. ',
    'It costs 9 euros! ',
    '1. Open it.\n',
    'word '.repeat(90),
    'e.g. this ',
    '**Bold.** ',
  );
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (parts, sizes) => {
        const text = parts.join('');
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        expect(check(pieces)).toBe(check([text]));
      },
    ),
  );
});

test('a figure has to stand where the sentence is from, not just on any page', () => {
  const pages = [
    { title: 'Returns', text: 'Returns are checked within 3 days of their arrival. Keep the receipt.' },
    { title: 'Labels', text: 'The code on a label can be used for 21 days.' },
  ];
  const { nearestTo } = createSources(pages, [], terms);
  const passages = pages.map(({ text }) => text);
  const checked = (text: string): string => {
    const rules = { passages, said: [], isPrompt: () => false, instead: (fault: string) => `<${fault}>` };
    const sentences = createSentenceCheck({ ...rules, nearestTo });
    return sentences.push(text) + sentences.end();
  };
  expect(checked('Returns are checked within 3 days of their arrival.')).not.toContain('<figure>');
  expect(checked('Returns are checked within 21 days of their arrival.')).toBe('<figure>');
  expect(checked('You can use the code on the label for 21 days.')).not.toContain('<figure>');
});

describe('claims', () => {
  test.each([
    ['I have forwarded your case to a specialist.', 'handover'],
    ["I'm connecting you with an agent now.", 'handover'],
    ['Your request has been escalated.', 'handover'],
    ['Someone from our team will contact you shortly.', 'handover'],
    ['I opened a ticket for you.', 'handover'],
    ["I've opened a ticket for you.", 'handover'],
    ['I’ve gone ahead and issued the refund.', 'act'],
    ['You will definitely get your money back.', 'refund'],
    ['It will arrive by Friday.', 'deadline'],
    ['I promise it works.', 'guarantee'],
    ['You would win that case in court.', 'legal'],
    ['You can stop taking the medication.', 'medical'],
    ['Ich habe Ihr Anliegen weitergeleitet.', 'handover'],
    ['He pasado su caso a un agente.', 'handover'],
    ["J'ai transmis votre demande à un conseiller.", 'handover'],
    ['I cannot promise a refund.', null],
    ['I can bring in a person if you like.', null],
    ['Would you like me to pass this on? A person can help.', null],
    ['Refunds are paid to the original card.', null],
    ['You can return the item in any store.', null],
    ['Press the button to contact our team.', null],
  ])('%s', (sentence, claim) => expect(findClaim(sentence)).toBe(claim));
});
