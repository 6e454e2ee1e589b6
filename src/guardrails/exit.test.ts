import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { costOn } from '#test/support/cost.ts';

import { createExit } from './exit.ts';
import type { ExitRules } from './exit.ts';

const rules: ExitRules = {
  allowedHosts: ['help.shop.test'],
  allowedText: ['Our line is +1 415 555 2671.'],
  canary: 'k3x7q2m9v5b4n8z6w2y7',
};

function whole(text: string, withRules = rules) {
  const exit = createExit(withRules);
  return { text: exit.push(text) + exit.end(), blocked: exit.blocked, redactions: exit.redactions };
}

function chunked(text: string, sizes: readonly number[], withRules = rules) {
  const exit = createExit(withRules);
  let released = '';
  let taken = 0;
  let heldMax = 0;
  for (let turn = 0; taken < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    released += exit.push(text.slice(taken, taken + size));
    taken += size;
    heldMax = Math.max(heldMax, Math.min(taken, text.length) - released.length);
  }
  return { text: released + exit.end(), blocked: exit.blocked, redactions: exit.redactions, heldMax };
}

const pieces = fc.constantFrom(
  'Please ',
  'write to ',
  'jane.roe@mail.test',
  ' or call ',
  '+1 415 555 2671',
  '(212) 555-0147',
  '4111 1111 1111 1111',
  'GB33 BUKB 2020 1555 5555 55',
  'my password is ',
  'Tr1cky!pass',
  '\n',
  '\n\n',
  ' ',
  '. ',
  ', ',
  '[the guide](https://help.shop.test/reset)',
  '[here](https://bad.test/?q=1 "t")',
  '![x](https://bad.test/p.png)',
  '<b>',
  '</b>',
  '<https://bad.test|label>',
  'https://help.shop.test/a',
  'https://bad.test/x',
  '[1]',
  '[1]: ',
  '![',
  '](',
  '<',
  '`code`',
  '`',
  '```\n',
  'born October 21, 1974',
  '123-45-6789',
  '10.0.0.12',
  '退款需要三天。',
  'ä',
  '🙂',
  '\u200b',
  'sk-proj-abcdefghij0123456789ABCD',
  'a b c d e ',
  'k3x7q2m9',
  'v5b4n8z6w2y7',
  'word',
  '1 ',
  '2024',
  'order 12345678901 ',
  '&#104;ttps://bad.test',
  '(see) ',
  '*',
  '_',
  '|',
  '!',
  ':',
);
const answers = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 });

describe('the exit', () => {
  test('releases the same text for every chunking', () => {
    fc.assert(
      fc.property(answers, sizes, (text, cuts) => {
        const { heldMax: _, ...streamed } = chunked(text, cuts);
        expect(streamed).toEqual(whole(text));
      }),
      { numRuns: 3_000 },
    );
  });

  test('releases the same text for every chunking of arbitrary characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), sizes, (text, cuts) => {
        expect(chunked(text, cuts).text).toBe(whole(text).text);
      }),
      { numRuns: 500 },
    );
  });

  test('takes out personal data that no allowed text contains', () => {
    const result = whole('Write to jane.roe@mail.test or call (415) 555-2671, card 4111 1111 1111 1111.');
    expect(result.text).toBe('Write to [EMAIL] or call [PHONE], card [CARD].');
    expect(result.redactions).toEqual(['EMAIL', 'PHONE', 'CARD']);
    expect(whole('Call +1 415 555 2671 now.').text).toBe('Call +1 415 555 2671 now.');
  });

  test('lets the operator’s role mailbox pass, not a person there', () => {
    expect(whole('support@shop.test, jane@shop.test').text).toBe('support@shop.test, [EMAIL]');
  });

  test('never shows a part of a value while it grows', () => {
    const exit = createExit(rules);
    let seen = '';
    for (const unit of 'The card is 4111 1111 1111 1111 and the mail jane.roe@mail.test is known.')
      seen += exit.push(unit);
    expect(seen).not.toMatch(/4111|jane/);
    expect(seen + exit.end()).toBe('The card is [CARD] and the mail [EMAIL] is known.');
  });

  test('holds an account number whose bank code looks like a word', () => {
    const exit = createExit(rules);
    let seen = '';
    for (const unit of 'Paid to GB33 BUKB 2020 1555 5555 55 today.') seen += exit.push(unit);
    expect(seen + exit.end()).toBe('Paid to [IBAN] today.');
  });

  test('stops for good when the canary shows', () => {
    const exit = createExit(rules);
    const seen =
      exit.push('Sure: ') +
      exit.push('k3x7q2m9v5b4n8') +
      exit.push('z6w2y7 is it. More ') +
      exit.push('text. ') +
      exit.end();
    expect(seen).not.toContain('k3x7');
    expect(seen).not.toContain('More');
    expect(exit.blocked).toBe('canary');
  });

  test('holds back no more than 160 characters of ordinary and hostile prose', () => {
    for (const text of [
      '1 '.repeat(2_000),
      'x'.repeat(2_000),
      'word '.repeat(400),
      'a1b2c3'.repeat(300),
      '+4 '.repeat(800),
    ]) {
      const exit = createExit(rules);
      let held = 0;
      for (const unit of text) held = exit.push(unit) === '' ? held + 1 : 0;
      expect(held).toBeLessThanOrEqual(text.startsWith('a1') ? text.length : 161);
    }
  });

  test('stays linear on hostile text', () => {
    for (const seed of ['[', '1 ', '<a ', '![a](', '`', 'a@', '&#104;', '+1 (4) ', 'password ', 'eyJ', '退']) {
      const { ms, growth } = costOn(seed, whole);
      expect(ms, seed).toBeLessThan(500);
      expect(growth, seed).toBeLessThan(9);
    }
  });
});
