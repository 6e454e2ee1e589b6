import fc from 'fast-check';
import type { Nodes } from 'mdast';
import { toString } from 'mdast-util-to-string';
import { expect, test } from 'vitest';

import { markdownDocument } from '#test/support/markdown-documents.ts';

import { fit } from './fit.ts';
import { parseMarkdown } from './parse-markdown.ts';

const within = (lengthMax: number) => (text: string) => text.length <= lengthMax;

/** Letters, digits and signs in reading order; what a cut adds to open things again is taken away. */
const contentOf = (markdown: string): string => {
  const visit = (node: Nodes): string => {
    if (node.type === 'table') return '';
    if ('children' in node) return node.children.map(visit).join(' ');
    return toString(node);
  };
  return visit(parseMarkdown(markdown)).replaceAll(/[\s…]/g, '');
};
const cellsOf = (markdown: string): string[] => {
  const visit = (node: Nodes): string[] =>
    node.type === 'table'
      ? node.children.slice(1).flatMap((row) => row.children.map((cell) => toString(cell).replaceAll(/\s/g, '')))
      : 'children' in node
        ? node.children.flatMap(visit)
        : [];
  return visit(parseMarkdown(markdown));
};
const linksOf = (markdown: string): string[] => {
  const visit = (node: Nodes): string[] => [
    ...(node.type === 'link' ? [node.url] : []),
    ...('children' in node ? node.children.flatMap(visit) : []),
  ];
  return visit(parseMarkdown(markdown));
};

test('every part fits, and together they say what the whole said, in order', () => {
  fc.assert(
    fc.property(markdownDocument, fc.integer({ min: 800, max: 2000 }), (markdown, lengthMax) => {
      const parts = fit(markdown, within(lengthMax));
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(lengthMax);
      expect(parts.map(contentOf).join('')).toBe(contentOf(markdown));
      expect(parts.flatMap(cellsOf).join('')).toBe(cellsOf(markdown).join(''));
      expect([...new Set(parts.flatMap(linksOf))]).toEqual([...new Set(linksOf(markdown))]);
    }),
    { numRuns: 60 },
  );
});

test('any text is split without loss, also where nothing in it can be cut well', () => {
  const noise = fc
    .string({ unit: fc.constantFrom(...'ab \n*_`[]()|>-#~\\&1.:', '👍🏽', '語'), maxLength: 3000 })
    // A definition is written where it is referred to, and its own name is gone.
    .map((text) => text.replaceAll(']:', '] :'));
  fc.assert(
    fc.property(noise, (text) => {
      const parts = fit(text, within(200));
      for (const part of parts) expect(part.length).toBeLessThanOrEqual(200);
      const letters = (one: string): string => one.replaceAll(/[^ab語]/g, '');
      expect(letters(parts.join('')).length).toBeGreaterThanOrEqual(letters(text).length);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['a definition is written where it is referred to', '[a]: x\n\nSee [a].', 'See [a](<x>).'],
  ['of two with one name the first counts, the other is shown', '[a]: x\n\n[a]: y\n\n[a]', '\\[a]: y\n\n[a](<x>)'],
  ['one that nothing refers to is shown as it was written', '[a]: x', '\\[a]: x'],
])('%s', (_, text, shown) => {
  expect(fit(text, within(200)).map((part) => part.trim())).toEqual([shown]);
});

const sentences = (count: number): string =>
  Array.from({ length: count }, (_, index) => `Sentence ${index} is here.`).join(' ');

test('a cut falls between paragraphs where it can', () => {
  expect(fit(`${sentences(8)}\n\n${sentences(8)}`, within(300))).toEqual([sentences(8), sentences(8)]);
});

test('a long paragraph is cut behind a sentence and its citation', () => {
  const text = Array.from({ length: 20 }, (_, index) => `Sentence ${index}. [${index}]`).join(' ');
  for (const part of fit(text, within(100))) expect(part).toMatch(/^Sentence .*\]$/);
});

test('a fence is closed and opened again with its language, also within an item', () => {
  const code = Array.from({ length: 30 }, (_, index) => `line(${index});`);
  const parts = fit(`\`\`\`ts\n${code.join('\n')}\n\`\`\``, within(120));
  for (const part of parts) expect(part).toMatch(/^```ts\n(line\(\d+\);\n)+```$/);
  const [, second] = fit(`2. Run\n   ~~~ts\n   ${code.join('\n   ')}\n   ~~~`, within(200));
  expect(second).toMatch(/^2\. …\n\n {3}~~~ts\n( {3}line\(\d+\);\n)+ {3}~~~$/);
});

test('a table that is cut shows its heads again, and a row that is cut goes on in its column', () => {
  const rows = Array.from({ length: 9 }, (_, index) => `| ${index} | ${sentences(2)} |`);
  const head = '| No | Text |\n|---|---|';
  for (const part of fit(`${head}\n${rows.join('\n')}`, within(200))) expect(part.startsWith(head)).toBe(true);
  const [, second] = fit(`${head}\n| 1 | ${sentences(20)} |`, within(200));
  expect(second).toMatch(/^\| No \| Text \|\n\|---\|---\|\n\| \| Sentence/);
});

test('a list goes on with its numbers, and an item that is cut says so', () => {
  const list = Array.from({ length: 12 }, (_, index) => `1. Step ${index + 1} of all`).join('\n');
  expect(fit(list, within(120)).map((part) => /^\d+/.exec(part)?.[0])).toEqual(['1', '7']);
  expect(fit(list, within(120)).join('\n')).toContain('\n12. Step 12 of all');
  const [first, second] = fit(`1. One\n2. ${sentences(10)}\n3. Three`, within(200));
  expect(first).toMatch(/^1\. One\n2\. Sentence 0/);
  expect(second).toMatch(/^2\. … Sentence .*\n3\. Three$/);
});

test('items within an item stay below it', () => {
  const deep = Array.from({ length: 9 }, (_, index) => `   - deep number ${index}`).join('\n');
  const [, second] = fit(`4. Top\n${deep}`, within(120));
  expect(second).toMatch(/^4\. …\n\n {3}- deep number \d/);
});

test('a link by reference is written out, so that it works in any part', () => {
  const parts = fit(`${sentences(9)}\n\nSee [the guide][g] or [g].\n\n[g]: https://example.com/g "Guide"`, within(240));
  expect(parts.join('\n')).toContain(
    '[the guide](<https://example.com/g> "Guide") or [g](<https://example.com/g> "Guide")',
  );
});

test('what cannot be cut well is cut between graphemes, and never for ever', () => {
  const family = '👩‍👩‍👧‍👦';
  for (const part of fit(family.repeat(40), within(60))) expect(part).toMatch(new RegExp(`^(${family})+$`));
  expect(fit('e\u0301'.repeat(10) + '\u0301'.repeat(300), within(100)).join('')).toHaveLength(320);
  expect(() => fit('text', () => false)).toThrow(RangeError);
});

test('a table whose heads alone fill a part is still shown whole', () => {
  const parts = fit(`| ${sentences(20)} | b |\n|---|---|\n| row one | x |\n| row two | y |`, within(200));
  expect(parts.join(' ')).toMatch(/Sentence 19[^]*row one[^]*row two/);
});
