import fc from 'fast-check';
import type { Nodes } from 'mdast';
import { expect, test } from 'vitest';

import { computing } from '#test/support/cost.ts';
import { markdownDocument } from '#test/support/markdown-documents.ts';

import { parseMarkdown } from './parse-markdown.ts';
import { createSafePrefix, safePrefix } from './safe-prefix.ts';

test.each([
  ['half a sentence', 'One. Two is not', 'One.'],
  ['a sentence without its end', 'Is it? Yes! No', 'Is it? Yes!'],
  ['half a link', 'One. See [the guide](https://exa', 'One.'],
  ['a link text alone', 'One. See [the guide. Part two', 'One.'],
  ['half bold', 'One. **Two. Three', 'One.'],
  ['whole bold', '**Two. Three.** Fo', '**Two. Three.**'],
  ['half italic', 'One. *Two. Three', 'One.'],
  ['half code', 'One. Run `npm. Now', 'One.'],
  ['half strikethrough', 'One. ~~Two. Three', 'One.'],
  ['half a fence opener', 'One.\n\n``', 'One.'],
  ['an open fence is closed', 'One.\n\n```js\nlet a;\nlet b', 'One.\n\n```js\nlet a;\n```'],
  [
    'an open fence in an item is closed there',
    '1. One\n   ~~~\n   let a;\n   let',
    '1. One\n   ~~~\n   let a;\n   ~~~',
  ],
  ['half a citation mark', 'One. Two. [1', 'One. Two.'],
  ['half an entity', 'One. A &am', 'One.'],
  ['half a sequence of emoji', 'One。\u{1f469}\u200d', 'One。'],
  ['a table without its second row', 'One.\n\n| a | b |\n', 'One.'],
  ['a table without rows', 'One.\n\n| a | b |\n|---|---|\n| 1', 'One.'],
  ['half a row', '| a |\n|---|\n| 1 |\n| 2', '| a |\n|---|\n| 1 |'],
  ['a sentence in an item', '- One. Two', '- One.'],
  ['a sentence in a quote', '> One. Two', '> One.'],
  ['a sentence in an item of a quote', '> 1. One. Two', '> 1. One.'],
  ['an item', '- one\n- tw', '- one'],
  ['an item mark alone', '- one\n- ', '- one'],
  ['half an item mark', 'One.\n\n12', 'One.'],
  ['a nested item', '- one\n  - two\n  - thr', '- one\n  - two'],
  ['a sign between blanks opens nothing', 'It is 5 * 3. Two', 'It is 5 * 3.'],
  ['a price and a version', 'It costs 3.50 in v1.2. Two', 'It costs 3.50 in v1.2.'],
  ['a heading', '# One two\n\nThr', '# One two'],
  ['ideographs', '一つ。二つ。三', '一つ。二つ。'],
  ['a line in a quote bracket', '「一つ。」二', '「一つ。」'],
  ['nothing yet', 'One', ''],
])('%s', (_name, text, expected) => expect(safePrefix(text)).toBe(expected));

/** A release without the fence that was closed for it. */
const withoutClosing = (released: string, text: string): string =>
  text.startsWith(released) ? released : released.slice(0, released.lastIndexOf('\n'));

const chunksOf = (text: string, sizes: readonly number[]): string[] => {
  const ends: string[] = [];
  for (let end = 0, turn = 0; end < text.length; turn += 1) {
    end += sizes[turn % sizes.length] ?? 1;
    ends.push(text.slice(0, end));
  }
  return ends;
};

/**
 * What is complete in the release is the same in the whole; what is open is of the same kind. Only a line drawn below it
 * can still make a heading or a table of a paragraph.
 */
const differs = (shown: Nodes, whole: Nodes | undefined, isOpen: boolean): boolean => {
  if (!whole) return true;
  if (isOpen && shown.type === 'paragraph' && ['heading', 'table'].includes(whole.type)) return false;
  if (whole.type !== shown.type) return true;
  if ('value' in shown && 'value' in whole)
    return isOpen ? !whole.value.startsWith(shown.value) : whole.value !== shown.value;
  if (shown.type === 'link' && whole.type === 'link' && shown.url !== whole.url) return true;
  if (!('children' in shown) || !('children' in whole)) return false;
  const last = shown.children.length - 1;
  return shown.children.some((child, index) => differs(child, whole.children[index], isOpen && index === last));
};

test('a release is a beginning of the text, never shrinks, and reads as the whole will', () => {
  fc.assert(
    fc.property(
      markdownDocument,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      (text, sizes) => {
        const grow = createSafePrefix();
        const whole = parseMarkdown(text);
        let before = '';
        for (const known of chunksOf(text, sizes)) {
          const released = grow(known);
          const own = withoutClosing(released, text);
          expect(text.startsWith(own)).toBe(true);
          if (released === before) continue;
          expect(own.length).toBeGreaterThanOrEqual(withoutClosing(before, text).length);
          before = released;
          expect(differs(parseMarkdown(released), whole, true) && released).toBe(false);
        }
      },
    ),
    { numRuns: 25 },
  );
});

test('however the text arrives, the same is shown', () => {
  fc.assert(
    fc.property(markdownDocument, fc.integer({ min: 7, max: 60 }), (text, size) => {
      const grow = createSafePrefix();
      for (const known of chunksOf(text, [size])) expect(grow(known)).toBe(safePrefix(known));
    }),
    { numRuns: 10 },
  );
});

test('any text at all is shown from its beginning and only grows', () => {
  const noise = fc.string({
    unit: fc.constantFrom(...'ab. \n*_`[]()|>-#~\\&1:<!', '. ', '**', '```', '\n\n', '- '),
    maxLength: 120,
  });
  fc.assert(
    fc.property(noise, (text) => {
      const grow = createSafePrefix();
      const whole = parseMarkdown(text);
      let before = '';
      for (const known of chunksOf(text, [1])) {
        const released = grow(known);
        const own = withoutClosing(released, text);
        expect(text.startsWith(own)).toBe(true);
        expect(own.length).toBeGreaterThanOrEqual(withoutClosing(before, text).length);
        if (released !== before) expect(differs(parseMarkdown(released), whole, true) && released).toBe(false);
        before = released;
      }
    }),
    { numRuns: 1000 },
  );
});

test('a long answer costs little, however small its pieces', () => {
  const paragraph =
    'Returns are free within **45 days** of delivery [1]. Write to `us` or see [the guide](https://example.com/a).\n';
  const answers = [
    paragraph.repeat(280),
    `${paragraph.trim()} `.repeat(280),
    `- ${paragraph}`.repeat(280),
    `\`\`\`js\n${paragraph.repeat(280)}`,
    `| a |\n|---|\n${`| ${paragraph.trim()} |\n`.repeat(280)}`,
    '配送は無料です。'.repeat(3750),
    'x'.repeat(30_000),
  ];
  for (const answer of answers) {
    const ms = computing(() => {
      const grow = createSafePrefix();
      for (let end = 4; end < 30_000; end += 4) grow(answer.slice(0, end));
    });
    expect(ms).toBeLessThan(200);
  }
});
