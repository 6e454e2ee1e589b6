import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Passage } from '#core/knowledge.ts';
import { fileLimits } from '#test/support/file-limits.ts';
import { extractAnswer } from './extract.ts';
import { readDocument } from './read-document.ts';
import { split } from './split.ts';

const passagesOf = (...slugs: string[]): Passage[] =>
  slugs.flatMap((slug) => {
    const document = readDocument(
      `${slug}.md`,
      readFileSync(new URL(`../../lab/help-center/${slug}.md`, import.meta.url)),
      fileLimits,
    );
    return split(document).map(({ ordinal, heading, text }) => ({
      id: `${slug}#${ordinal}`, document: document.id, title: document.title, heading, text, score: 1,
    })); // prettier-ignore
  });
const passage = (text: string, title = 'Orders'): Passage => ({
  id: 'p',
  document: 'd',
  title,
  heading: '',
  text,
  score: 1,
});
const shown = (question: string, passages: Passage[]) =>
  extractAnswer(question, passages)
    ?.quotes.map(({ text }) => text)
    .join('\n');

describe('the quote holds the answer', () => {
  test.each([
    ['How much does express shipping cost?', 'shipping-options-and-costs', '$14.95'],
    ['When does the password reset link expire?', 'reset-your-password', '30 minutes'],
    ['vpn error 809', 'vpn-for-employees', 'nwvpn up --tcp'],
    ['What is the hotel limit per night?', 'expense-reports', '$210 a night'],
    ['How long does a refund to PayPal take?', 'refunds', '| PayPal | 1 to 2 business days |'],
    ['can I cancel my order', 'change-or-cancel-an-order', '60 minutes'],
    ['what does a new zipper cost', 'warranty-and-repairs', '$45'],
  ])('%s', (question, slug, answer) => {
    expect(shown(question, passagesOf(slug, 'trail-club'))).toContain(answer);
  });
});

test('quotes are the words of the passage they name', () => {
  const passages = passagesOf('refunds', 'return-an-item', 'payment-methods');
  const { quotes } = extractAnswer('When will my refund arrive on my card?', passages)!;
  expect(quotes.length).toBeGreaterThan(0);
  for (const { passage: index, text } of quotes) {
    const source = passages[index]!.text.replace(/\s+/g, ' ');
    expect(source).toContain(text.replace(/\s+/g, ' '));
    expect(text.length).toBeLessThanOrEqual(500);
  }
});

test('list items, tables and code are quoted whole', () => {
  const code = shown('How do I connect to the VPN with the command line?', passagesOf('vpn-for-employees'))!;
  expect(code.split('```').length % 2).toBe(1);
  const items = Array.from(
    { length: 30 },
    (_, index) => `- Step ${index}: press button ${index} and wait.\n  It takes a while.`,
  );
  const list = shown('press button 17', [passage(items.join('\n'))])!;
  expect(list).toContain(items[17]);
  for (const item of list.split(/\n(?=- )/)) expect(items).toContain(item);
});

test('a lead-in is not the end of a quote', () => {
  const text = `Refunds are slow. ${'Filler words stand here for a while. '.repeat(11)}Refunds need these papers:\n\n- ${'paper '.repeat(60)}`;
  expect(shown('slow refunds', [passage(text)])).not.toMatch(/:$/);
});

test.each([
  ['What is the return policy?', 'return-an-item', /^You may return[^\n]*90 days\.$/],
  ['How do I reset my password?', 'reset-your-password', /^Choose \*\*Forgot password\*\*[^\n]*$/],
  ['How much does shipping cost?', 'shipping-options-and-costs', /^We ship to[^]*\*\*Standard:\*\*[^]*\*\*Europe:\*\*/],
  ['what is trail club', 'trail-club', /^Trail Club is[^]*Members get:\n\n- 90 days[^]*in a store$/],
])('a question about the whole page is answered by its beginning: %s', (question, slug, answer) => {
  const passages = passagesOf(slug, 'exchanges', 'warranty-and-repairs');
  const quotes = extractAnswer(question, passages)?.quotes ?? [];
  expect(quotes[0]?.text).toMatch(answer);
});

test('a list is shown whole or not at all when the answer stands beside it', () => {
  const steps = Array.from({ length: 6 }, (_, index) => `${index + 1}. Do step ${index} with ${'care '.repeat(20)}`);
  expect(shown('lamp policy', [passage(`The lamp policy is simple.\n\n${steps.join('\n')}`)])).toBe(
    'The lamp policy is simple.',
  );
});

test('a sentence that ends inside bold text or code brings its other half', () => {
  const text = 'Open **from 10 a.m. to 8 p.m.** The lamp shop closes on holidays. Nothing else matters.';
  expect(shown('lamp shop', [passage(text)])).toBe(text);
});

test('the better passage is quoted first, whatever its place', () => {
  const passages = [
    passage('Orders are packed in Duluth by a friendly team.'),
    passage('An order can be cancelled for 60 minutes.', 'Cancel an order'),
  ];
  expect(extractAnswer('cancel order', passages)?.quotes[0]?.passage).toBe(1);
});

describe('no answer is better than a wrong one', () => {
  test.each([
    'Who is the president of France?',
    'How do I bake sourdough bread?',
    'my printer shows a paper jam',
    'xyzzy',
    '',
    'how are you',
  ])('%s', (question) => {
    expect(extractAnswer(question, passagesOf('refunds', 'return-an-item', 'vpn-for-employees'))).toBeNull();
  });

  test('without passages there is none', () => {
    expect(extractAnswer('refund', [])).toBeNull();
    expect(extractAnswer('refund', [passage('')])).toBeNull();
  });
});
