import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { fileLimits } from '#test/support/file-limits.ts';

import { readDocument } from './read-document.ts';
import { sentencesOf } from './sentences.ts';
import { split } from './split.ts';

const bare = (text: string) => text.replace(/\s+/g, '');
const sentence = (length: number) =>
  `W${'word '
    .repeat(Math.ceil(length / 5))
    .slice(1)
    .slice(0, length - 2)}x.`;
const paragraph = (length: number) => Array.from({ length: Math.ceil(length / 80) }, () => sentence(79)).join(' ');

test('a short document is one passage under the headings above it', () => {
  expect(split({ text: '# Returns\n\n## Exchanges\n\nSwap a size for free.' })).toEqual([
    { ordinal: 0, heading: 'Returns > Exchanges', text: 'Swap a size for free.' },
  ]);
});

test('neighboring short sections share a passage and keep their headings in it', () => {
  expect(split({ text: '# A\n\n## B\n\none\n\n## C\n\ntwo' })).toEqual([
    { ordinal: 0, heading: 'A', text: '## B\n\none\n\n## C\n\ntwo' },
  ]);
});

test('an empty section does not lose its heading', () => {
  const [passage] = split({ text: '# Alpha\n\n# Beta\n\ntext' });
  expect(`${passage?.heading} ${passage?.text}`).toContain('Alpha');
  expect(split({ text: '# Only' })).toEqual([{ ordinal: 0, heading: 'Only', text: '# Only' }]);
});

test('a section that does not fit with the one before begins a passage', () => {
  const passages = split({ text: `## A\n\n${paragraph(600)}\n\n## B\n\n${paragraph(600)}` });
  expect(passages.map(({ heading }) => heading)).toEqual(['A', 'B']);
});

test('a long paragraph is cut between sentences', () => {
  const passages = split({ text: paragraph(4000) });
  expect(passages.length).toBeGreaterThan(3);
  for (const { text } of passages) {
    expect(text.length).toBeLessThanOrEqual(1400);
    expect(text).toMatch(/x\.$/);
  }
});

test('code, tables and lists that fit stay whole', () => {
  const code = `\`\`\`sh\n${'echo hello\n'.repeat(40)}\`\`\``;
  const list = Array.from({ length: 12 }, (_, index) => `${index + 1}. ${sentence(70)}`).join('\n');
  const table = `| a | b |\n| - | - |\n${'| one | two |\n'.repeat(50)}`.trim();
  const passages = split({ text: [paragraph(500), code, paragraph(500), list, paragraph(500), table].join('\n\n') });
  for (const whole of [code, list, table]) expect(passages.some(({ text }) => text.includes(whole))).toBe(true);
});

test('a list that does not fit is cut between its items', () => {
  const items = Array.from({ length: 40 }, (_, index) => `- item ${index}: ${sentence(90)}\n  second line ${index}`);
  const passages = split({ text: items.join('\n') });
  expect(passages.length).toBeGreaterThan(2);
  for (const item of items) expect(passages.some(({ text }) => `\n${text}\n`.includes(`\n${item}\n`))).toBe(true);
});

test('every piece of a long table has the header, every piece of long code its fence', () => {
  const rows = Array.from({ length: 90 }, (_, index) => `| country ${index} | ${index} days |`);
  const code = Array.from({ length: 90 }, (_, index) => `const line${index} = '${'x'.repeat(20)}';`);
  const tables = split({ text: `| Country | Time |\n| --- | --- |\n${rows.join('\n')}` });
  expect(tables.length).toBeGreaterThan(2);
  for (const { text } of tables) expect(text).toMatch(/^\| Country \| Time \|\n\| --- \| --- \|\n\| country/);
  const codes = split({ text: `\`\`\`ts\n${code.join('\n')}\n\`\`\`` });
  expect(codes.length).toBeGreaterThan(2);
  for (const { text } of codes) expect(text).toMatch(/^```ts\n[^`]*\n```$/);
});

test('a heading is never the end of a passage', () => {
  const text = Array.from({ length: 12 }, (_, index) => `## H${index}\n\n${paragraph(200 + 90 * index)}`).join('\n\n');
  for (const passage of split({ text })) expect(passage.text).not.toMatch(/## H\d+$/);
});

test('the overlap repeats whole sentences', () => {
  const [first, second] = split({ text: paragraph(1700) }, { overlapChars: 100 });
  const repeated = second!.text.slice(0, second!.text.indexOf('\n\n'));
  expect(repeated).toMatch(/x\.$/);
  expect(first!.text.endsWith(repeated)).toBe(true);
});

const inline = fc
  .array(
    fc.constantFrom(
      'pay ',
      'the *fee* ',
      'in 30 days. ',
      'Ask [us](https://a.example). ',
      '漢字。',
      '😀 ',
      '`code` ',
      'Verylongword'.repeat(8) + ' ',
    ),
    { minLength: 1, maxLength: 220 },
  )
  .map((words) => words.join('').trim());
const block = fc.oneof(
  inline,
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('Fees', 'Late *payment*', 'Returns'))
    .map(([depth, title]) => `${'#'.repeat(depth)} ${title}`),
  fc.array(inline, { minLength: 1, maxLength: 6 }).map((items) => items.map((item) => `- ${item}`).join('\n')),
  fc
    .array(inline, { minLength: 1, maxLength: 4 })
    .map((items) => items.map((item, index) => `${index + 1}. ${item}\n   - nested ${item}`).join('\n')),
  inline.map((text) => `> ${text}`),
  inline.map((text) => `\`\`\`\n${text.replaceAll('`', '').replaceAll('. ', '.\n')}\n\`\`\``),
  inline.map((text) => `| a | b |\n| - | - |\n| ${text.replaceAll('`', '')} | x |`),
);

test('every word of a document is in some passage, and no passage is far too long', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 12 }), (blocks) => {
      const text = blocks.join('\n\n');
      const passages = split({ text });
      const kept = bare(passages.map((passage) => `${passage.heading}${passage.text}`).join(''));
      const wanted = text
        .split(/\s+/)
        .map((word) => word.replace(/^[#>*]+|\*+$/g, ''))
        .filter((word) => word !== '');
      // A word longer than a passage may be cut, so its characters are looked for, not the word.
      for (const word of wanted) expect(kept).toContain(word.slice(0, 20));
      for (const passage of passages) expect(passage.text.length).toBeLessThanOrEqual(2800);
    }),
    { numRuns: 150 },
  );
});

test('joined in order, the passages of prose are the document', () => {
  fc.assert(
    fc.property(fc.array(inline, { minLength: 1, maxLength: 10 }), (blocks) => {
      const text = blocks.join('\n\n');
      expect(
        bare(
          split({ text })
            .map((passage) => passage.text)
            .join(''),
        ),
      ).toBe(bare(text));
    }),
    { numRuns: 100 },
  );
});

test('the sample help center splits into passages of useful size', () => {
  const folder = new URL('../../lab/help-center/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.md'));
  expect(names.length).toBeGreaterThanOrEqual(20);
  for (const name of names) {
    const document = readDocument(name, readFileSync(new URL(name, folder)), fileLimits);
    expect(document.url).toBe(`https://help.northwind.example/${name.replace('.md', '')}`);
    for (const { text } of split(document)) expect(text.length).toBeGreaterThan(40);
  }
});

test('sentences keep abbreviations and every character', () => {
  const text = 'Ask Dr. Lee, e.g. by mail.  Fees apply! Is it late? Yes.';
  expect(sentencesOf(text).join('')).toBe(text);
  expect(sentencesOf(text).map((part) => part.trim())).toEqual([
    'Ask Dr. Lee, e.g. by mail.',
    'Fees apply!',
    'Is it late?',
    'Yes.',
  ]);
});
