import { describe, expect, test } from 'vitest';

import { findAsked } from './answer-slot.ts';
import { findPersonalData } from './find-personal-data.ts';

describe('what is asked for', () => {
  test.each([
    ['What is your full name?', ['NAME']],
    ['Please give me the last four digits of your SSN.', ['SSN']],
    ['Can I have your account number and your date of birth?', ['ACCOUNT', 'BIRTH_DATE']],
    ['Could you tell me your e-mail address?', ['EMAIL']],
    ['What is the delivery address?', ['ADDRESS']],
    ['May I have the name and the last four of your account?', ['ACCOUNT', 'NAME']],
    ['Wie lautet Ihre Telefonnummer?', ['PHONE']],
    ['¿Cuál es su nombre?', ['NAME']],
    ['Quel est votre nom ?', ['NAME']],
    ['You can reset your password on the sign-in page.', []],
    ['Returns are free within 60 days.', []],
  ])('%s', (said, asked) => expect(findAsked(said)).toEqual(asked));
});

describe('the reply', () => {
  const seen = (text: string, ...asked: ReturnType<typeof findAsked>) =>
    findPersonalData(text, { asked }).map(({ start, end, type }) => `${type} ${text.slice(start, end)}`);
  test.each([
    ['zorblat quixley', 'NAME', ['NAME zorblat quixley']],
    ['it is zorblat', 'NAME', ['NAME zorblat']],
    ['3510', 'SSN', ['SSN 3510']],
    ['my account is 8042', 'ACCOUNT', ['ACCOUNT 8042']],
    ['no thanks', 'NAME', []],
    ['why do you need that?', 'NAME', []],
  ] as const)('%s to %s', (text, asked, found) => expect(seen(text, asked)).toEqual(found));

  test('the same words are left alone when nobody asked', () => {
    expect(seen('3510')).toEqual([]);
  });

  test('one reply may give two things', () => {
    expect(seen('name zorblat ssn 6347', 'NAME', 'SSN')).toEqual(['NAME zorblat', 'SSN 6347']);
  });
});
