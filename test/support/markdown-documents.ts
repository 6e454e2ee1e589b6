import fc from 'fast-check';

const word = fc.constantFrom(
  'parcel',
  'refund',
  'Größe',
  'naïve',
  'заказ',
  '配送',
  '👩‍👩‍👧‍👦',
  '🇩🇪',
  'e\u0301tude',
  'שלום',
  'می‌خواهم',
  'order-7',
  'a_b',
  '3.5',
  'AT&amp;T',
  '5 * 3',
  '\\*not\\*',
  '👍🏽',
);
const words = fc.array(word, { minLength: 1, maxLength: 12 }).map((some) => some.join(' '));
const mark = fc.constantFrom('.', '!', '?', '…', '。', ' [1].', '. [12]', '');
const piece = fc.oneof(
  { weight: 6, arbitrary: words },
  { weight: 1, arbitrary: words.map((text) => `**${text}**`) },
  { weight: 1, arbitrary: words.map((text) => `*${text}*`) },
  { weight: 1, arbitrary: words.map((text) => `~~${text}~~`) },
  { weight: 1, arbitrary: words.map((text) => `[${text}](https://example.com/a/${text.length})`) },
  { weight: 1, arbitrary: words.map((text) => `\`${text.replaceAll('`', '')}\``) },
  { weight: 1, arbitrary: words.map((text) => `**${text} \`code\` [more](https://example.com)**`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'https://example.com/x_y?q=1',
      '<https://example.com/z>',
      '中文句子很长。第二句也在这里。',
    ),
  },
);
const sentence = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 4 }), mark)
  .map(([some, end]) => some.join(' ') + end);
export const paragraph = fc.array(sentence, { minLength: 1, maxLength: 5 }).map((some) => some.join(' '));

const cell = piece.map((text) => text.replaceAll('|', '\\|'));
const table = fc.integer({ min: 1, max: 3 }).chain((columns) => {
  const row = fc.array(cell, { minLength: columns, maxLength: columns }).map((cells) => `| ${cells.join(' | ')} |`);
  return fc
    .tuple(row, fc.array(row, { minLength: 1, maxLength: 6 }))
    .map(([head, rows]) => [head, `|${' --- |'.repeat(columns)}`, ...rows].join('\n'));
});
const code = fc
  .tuple(
    fc.constantFrom('```', '~~~~', '````'),
    fc.constantFrom('js', 'py', ''),
    fc.array(fc.constantFrom('const a = `x`;', '  if (b) {', '', '# comment', 'x'.repeat(90), '  // 配送 👍🏽'), {
      minLength: 1,
      maxLength: 12,
    }),
  )
  .map(([fence, info, lines]) => [fence + info, ...lines, fence].join('\n'));
const heading = fc
  .tuple(fc.integer({ min: 1, max: 6 }), sentence)
  .map(([depth, text]) => `${'#'.repeat(depth)} ${text}`);

const indent = (text: string, by: string): string => text.replaceAll(/\n(?=[^\n])/g, `\n${by}`);
const { block } = fc.letrec<{ block: string; list: string; quote: string }>((tie) => ({
  list: fc
    .tuple(
      fc.constantFrom('-', '*', '1.', '7.'),
      fc.array(fc.array(tie('block'), { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
    )
    .map(([marker, items]) =>
      items
        .map((blocks, index) => {
          const mark = marker.endsWith('.') ? `${Number.parseInt(marker, 10) + index}. ` : `${marker} `;
          return mark + indent(blocks.join('\n\n'), ' '.repeat(mark.length));
        })
        .join('\n'),
    ),
  quote: fc.array(tie('block'), { minLength: 1, maxLength: 2 }).map((blocks) =>
    blocks
      .join('\n\n')
      .split('\n')
      .map((line) => `> ${line}`.trimEnd())
      .join('\n'),
  ),
  block: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 5, arbitrary: paragraph },
    { weight: 1, arbitrary: heading },
    { weight: 1, arbitrary: code },
    { weight: 1, arbitrary: table },
    { weight: 2, arbitrary: tie('list') },
    { weight: 1, arbitrary: tie('quote') },
  ),
}));

/** CommonMark with tables, as a model writes it. */
export const markdownDocument = fc.array(block, { minLength: 1, maxLength: 8 }).map((blocks) => blocks.join('\n\n'));
