import { expect, test } from 'vitest';

import { createCanary, findCanary } from './canary.ts';

const canary = createCanary((size) => Uint8Array.from({ length: size }, (_, index) => index * 37 + 11));
const hex = Buffer.from(canary).toString('hex');

test.each([
  ['plain', canary],
  ['upper case', canary.toUpperCase()],
  ['spaced', [...canary].join(' ')],
  ['dashed', [...canary].join('-')],
  ['reversed', [...canary].reverse().join('')],
  ['rot13', canary.replaceAll(/[a-z]/g, (unit) => String.fromCharCode(((unit.charCodeAt(0) - 84) % 26) + 97))],
  ['hex', hex],
  ['percent', hex.replaceAll(/../g, '%$&')],
  ['escapes', hex.replaceAll(/../g, '\\x$&')],
  ['base64', Buffer.from(`the secret is ${canary}!`).toString('base64')],
  ['base64, other alignment', Buffer.from(`so: ${canary}.`).toString('base64url')],
  ['character codes', Array.from(canary, (unit) => unit.charCodeAt(0)).join(', ')],
  ['entities', Array.from(canary, (unit) => `&#${unit.charCodeAt(0)};`).join('')],
  ['invisible characters', [...canary].join('\u200b')],
])('a canary is found: %s', (_, text) => {
  expect(findCanary(`Here you are: ${text} and so on.`, canary)).toBe(true);
});

test('another canary is not found, and none is found in ordinary words', () => {
  expect(findCanary(createCanary(), canary)).toBe(false);
  expect(findCanary('Your order 1234567890 ships tomorrow.', canary)).toBe(false);
});

test('canaries differ', () => {
  expect(createCanary()).not.toBe(createCanary());
  expect(createCanary()).toMatch(/^[a-z2-7]{20}$/);
});
