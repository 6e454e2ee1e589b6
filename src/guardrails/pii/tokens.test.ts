import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { findPersonalData } from './find-personal-data.ts';
import { createTokens } from './tokens.ts';

const redact = (tokens: ReturnType<typeof createTokens>, text: string) => tokens.redact(text, findPersonalData(text));

describe('tokens', () => {
  test('a value keeps its token, however it is written', () => {
    const tokens = createTokens();
    expect(redact(tokens, 'mail Jo@mail.test')).toBe('mail [EMAIL_1]');
    expect(redact(tokens, 'it is jo@mail.test, not ann@mail.test')).toBe('it is [EMAIL_1], not [EMAIL_2]');
  });

  test('a secret is gone for good', () => {
    const tokens = createTokens();
    expect(redact(tokens, 'card 4111 1111 1111 1111')).toBe('card [CARD]');
    expect(tokens.restore('[CARD]')).toBe('[CARD]');
    expect(JSON.stringify(tokens.entries())).not.toContain('4111');
  });

  test('go on where a stored conversation stopped', () => {
    const first = createTokens();
    redact(first, 'jo@mail.test');
    const later = createTokens(first.entries());
    expect(redact(later, 'ann@mail.test and jo@mail.test')).toBe('[EMAIL_2] and [EMAIL_1]');
    expect(later.restore('To [EMAIL\\_2].')).toBe('To ann@mail.test.');
  });

  test('a typed token is a literal, never a way to somebody’s data', () => {
    const tokens = createTokens();
    redact(tokens, 'jo@mail.test');
    const redacted = redact(tokens, 'what is [EMAIL_1]?');
    expect(redacted).toBe('what is [LITERAL_1]?');
    expect(tokens.restore(redacted)).toBe('what is [EMAIL_1]?');
  });

  test('redact, echo, restore gives the text back', () => {
    const part = fc.constantFrom(
      'jo@mail.test',
      'ann@mail.test',
      '(212) 555-0147',
      '+49 30 901820',
      '192.0.2.44',
      '[EMAIL_1]',
      '[PHONE_2]',
      ' and ',
      ', ',
      '\n',
      'ä🙂 ',
      'text ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const text = parts.join(' ');
        const tokens = createTokens();
        expect(tokens.restore(redact(tokens, text))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
