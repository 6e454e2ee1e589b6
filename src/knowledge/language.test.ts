import { expect, test } from 'vitest';
import { mayBeIn } from './language.ts';

const english = new Set(['en']);

test.each(['refund', 'vpn', 'error 809', 'where is my order?', 'zelle limit', 'overdraft fee on blue account', '42'])(
  '%s may be English',
  (text) => {
    expect(mayBeIn(english, text)).toBe(true);
  },
);

test.each(['Wo ist mein Paket?', 'mot de passe oublié', 'carta bloccata', '送料はいくらですか', 'Где мой заказ?'])(
  '%s is not',
  (text) => {
    expect(mayBeIn(english, text)).toBe(false);
    expect(mayBeIn('all', text)).toBe(true);
  },
);
