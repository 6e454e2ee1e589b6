import { describe, expect, test } from 'vitest';

import { costOn } from '#test/support/cost.ts';

import { findPersonalData } from './find-personal-data.ts';

const seen = (text: string) =>
  findPersonalData(text).map(({ start, end, type }) => `${type} ${text.slice(start, end)}`);

describe('personal data', () => {
  test.each([
    ['reach me at jo.roe+x@mail.co.test today', 'EMAIL jo.roe+x@mail.co.test'],
    ['it is jo at webhost dot com', 'EMAIL jo at webhost dot com'],
    ['ring +49 30 901820 please', 'PHONE +49 30 901820'],
    ['(212) 555-0147 works', 'PHONE (212) 555-0147'],
    ['phone: 212.555.0147 x77', 'PHONE 212.555.0147 x77'],
    ['charged on 4111-1111-1111-1111 twice', 'CARD 4111-1111-1111-1111'],
    ['amex 378282246310005', 'CARD 378282246310005'],
    ['the cvv is 737', 'CVV 737'],
    ['to GB33 BUKB 2020 1555 5555 55 please', 'IBAN GB33 BUKB 2020 1555 5555 55'],
    ['ssn 219-09-9999', 'SSN 219-09-9999'],
    ['from 192.0.2.44 again', 'IP 192.0.2.44'],
    ['from 2001:db8::8a2e:370:7334 again', 'IP 2001:db8::8a2e:370:7334'],
    ['adapter 00:1B:44:11:3A:B7', 'MAC 00:1B:44:11:3A:B7'],
    ['use AKIAABCDEFGHIJKLMNOP here', 'SECRET AKIAABCDEFGHIJKLMNOP'],
    ['my password is Wint3r!pine', 'PASSWORD Wint3r!pine'],
    ['account number 00491827', 'ACCOUNT 00491827'],
    ['born on 3 May 1980 in Rome', 'BIRTH_DATE 3 May 1980'],
    ['passport no. X1234567', 'PASSPORT X1234567'],
  ])('%s', (text, expected) => {
    expect(seen(text)).toEqual([expected]);
  });

  test.each([
    'Where is order 4111111111111111?',
    'tracking 2125550147 has not moved',
    'The IMEI of the handset is 490154203237518',
    'version 10.2.14.3 crashes',
    'I paid $2125550147 on 2024-03-05',
    'my password is wrong and the password reset fails',
    'invoice 219-09-9999 shows 1,250.00 EUR',
    'serial number 00491827 on 3 May 1980',
  ])('leaves "%s" alone', (text) => {
    expect(seen(text)).toEqual([]);
  });

  test('sees through wide digits and invisible characters and points at the original', () => {
    expect(seen('card ４１１１ 1111\u200b 1111 1111 ok')).toEqual(['CARD ４１１１ 1111\u200b 1111 1111']);
    expect(seen('🙂 jo@ma\u2060il.test')).toEqual(['EMAIL jo@ma\u2060il.test']);
  });

  test('takes national numbers by region', () => {
    expect(findPersonalData('here: 030 901820', { regions: ['US'] })).toEqual([]);
    expect(findPersonalData('here: (030) 901820', { regions: ['DE'] })).toMatchObject([
      { type: 'PHONE', kind: 'contact' },
    ]);
  });

  test('calls what must never be restored a secret', () => {
    expect(findPersonalData('4111 1111 1111 1111 and jo@mail.test').map(({ kind }) => kind)).toEqual([
      'secret',
      'contact',
    ]);
  });

  test('stays linear on hostile text', () => {
    for (const seed of [
      '1 ',
      '1.',
      '1-',
      '( 1',
      '4111 1111 ',
      '555-123-4567 ',
      'a@',
      '0:',
      'DE12 ',
      'eyJ',
      'a at b dot com ',
      'ssn ',
      'pw is ',
    ]) {
      const { ms, growth } = costOn(seed, findPersonalData);
      expect(ms, seed).toBeLessThan(300);
      expect(growth, seed).toBeLessThan(9);
    }
  });
});
