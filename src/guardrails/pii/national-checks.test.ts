import { expect, test } from 'vitest';

import { findPersonalData } from './find-personal-data.ts';

/** Numbers as the issuing offices print them in their examples; one digit on, and they are none. */
test.each([
  ['12345678Z', '12345678A'],
  ['X1234567L', 'X1234567M'],
  ['RSSMRA85T10A562S', 'RSSMRA85T10A562T'],
  ['529.982.247-25', '529.982.247-26'],
  ['811228-9874', '811228-9875'],
  ['131052-308T', '131052-308U'],
  ['756.9217.0769.85', '756.9217.0769.86'],
  ['11010519491231002X', '110105194912310021'],
])('%s needs no word beside it, and %s is none', (number, other) => {
  const types = (text: string): string[] =>
    findPersonalData(text, { byFormOnly: true }).flatMap(({ type }) => (type === 'NATIONAL_ID' ? [type] : []));
  expect(types(`it is ${number} I think`)).toEqual(['NATIONAL_ID']);
  expect(types(`it is ${other} I think`)).toEqual([]);
});

test.each([
  ['mail me: ana&#64;mail.example', 'EMAIL'],
  [`here: ${Buffer.from('card 4111 1111 1111 1111').toString('base64')}`, 'CARD'],
  ['card ending in 1005', 'CARD'],
  ['电话：+86 138 0013 8000', 'PHONE'],
  ['４１１１ １１１１ １１１１ １１１１', 'CARD'],
])('%s hides a %s', (text, type) => {
  expect(findPersonalData(text, { byFormOnly: true }).map((span) => span.type)).toEqual([type]);
});
