import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toDiscordMarkdown } from './markdown.ts';
import { toDiscordMessage, toModal, toNonce } from './render.ts';

test.each([
  ['a table becomes a list', '| Plan | Price |\n|---|---|\n| Pro | 9 |', '- **Plan:** Pro, **Price:** 9'],
  ['a deep heading becomes bold', '#### Small', '**Small**'],
  ['an image becomes a link', '![the box](https://a.example/b.png)', '[the box](<https://a.example/b.png>)'],
  ['a heading stays', '## Returns', '## Returns'],
  ['everyone is not pinged', 'hello @everyone and @here', 'hello @\u{200b}everyone and @\u{200b}here'],
])('%s', (_name, text, expected) => expect(toDiscordMarkdown(text)).toBe(expected));

test('any message fits and keeps its first words', () => {
  const message = fc.record({
    text: fc.string({ unit: 'binary', maxLength: 4000 }),
    title: fc.string({ maxLength: 100 }),
    citations: fc.array(fc.record({ number: fc.nat(), title: fc.string() })),
  });
  fc.assert(
    fc.property(message, (given) => {
      const { content } = toDiscordMessage(given);
      expect(content.length).toBeLessThanOrEqual(2000);
      expect(content.startsWith('**')).toBe(true);
    }),
  );
});

test('a long text leaves title and facts whole', () => {
  const facts = [{ label: 'State', value: 'waiting' }];
  const { content } = toDiscordMessage({ text: 'x'.repeat(3000), title: 'Case', facts });
  expect(content).toHaveLength(2000);
  expect(content).toMatch(/^\*\*Case\*\*\nx+…\n\*\*State:\*\* waiting$/);
});

test('a text without title and facts fills a message to its end', () => {
  expect(toDiscordMessage({ text: 'x'.repeat(2000) }).content).toBe('x'.repeat(2000));
});

test('what people wrote in titles and facts is shown as it is', () => {
  const { content } = toDiscordMessage({ text: '', title: 'a*b', facts: [{ label: 'Said', value: '@everyone `x`' }] });
  expect(content).toBe('**a\\*b**\n**Said:** @\u{200b}everyone \\`x\\`');
});

test('buttons come in rows of five', () => {
  const actions = Array.from({ length: 7 }, (_, index) => ({ id: `a${index}`, label: 'L'.repeat(100) }));
  const rows = toDiscordMessage({ text: 'x', actions }).components as { components: { label: string }[] }[];
  expect(rows.map(({ components }) => components.length)).toEqual([5, 2]);
  expect(rows[0]?.components[0]?.label).toHaveLength(80);
});

test('a modal title fits', () => expect(toModal('reply:asks', 'x'.repeat(60)).title).toHaveLength(45));

test('a nonce fits the platform, is stable, and differs by key', () => {
  expect(toNonce('turn:1')).toMatch(/^[a-z2-7]{25}$/);
  expect(toNonce('turn:1')).toBe(toNonce('turn:1'));
  expect(toNonce('turn:1')).not.toBe(toNonce('turn:2'));
});
