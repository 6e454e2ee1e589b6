import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toDiscordMarkdown } from './markdown.ts';
import { fitsMessage, toDiscordMessage, toModal, toNonce } from './render.ts';

test.each([
  ['a table becomes a list', '| Plan | Price |\n|---|---|\n| Pro | 9 |', '- **Plan:** Pro, **Price:** 9'],
  ['a deep heading becomes bold', '#### Small', '**Small**'],
  ['an image becomes a link', '![the box](https://a.example/b.png)', '[the box](<https://a.example/b.png>)'],
  ['a link in a deep heading stays', '#### **See** [it](https://a.example)', '**See [it](<https://a.example>)**'],
  [
    'links and code in a table stay',
    '| Name | Use |\n|---|---|\n| [it](https://a.example) | `a\\|b` |\n| | x |',
    '- **Name:** [it](<https://a.example>), **Use:** `a|b`\n- **Use:** x',
  ],
  ['a table of heads alone keeps them', '| Plan | Price |\n|---|---|', '- **Plan**, **Price**'],
  [
    'a table in an item stays there',
    '1. x\n\n   | a |\n   |---|\n   | 1 |\n   | 2 |',
    '1. x\n\n   - **a:** 1\n   - **a:** 2',
  ],
  ['an underlined heading gets its mark', 'Returns\n---', '## Returns'],
  ['a named sign is shown as the sign', 'a &amp; b &lt;c&gt; &#42;', 'a & b <c\\> \\*'],
  ['bold by underscores stays bold', '__a__ ~b~', '**a** ~~b~~'],
  ['bars hide nothing', 'a || b || c', 'a \\|\\| b \\|\\| c'],
  ['indented code becomes a fence', 'x\n\n    y = 1\n    z', 'x\n\n```\ny = 1\nz\n```'],
  ['a fence of tildes becomes one of ticks', '~~~js\n`x`\n~~~', '```js\n`x`\n```'],
  ['ticks in code do not end it', '````\n```\n````', '```\n`\u{200b}``\n```'],
  ['an item of another mark is an item', '* a\n+ b\n\n1) c', '- a\n- b\n\n1. c'],
  ['an address as label is a link', '[https://a.example](https://a.example)', 'https://a.example'],
  ['a mail address stays readable', '[write](mailto:a@b.example)', 'write (a@b.example)'],
  ['a break in a cell parts words', 'a<br>b', 'a\nb'],
  ['code keeps its at', '`@everyone` and\n```\n@here\n```', '`@everyone` and\n```\n@here\n```'],
  ['trap 15: a typed member, room or time is none', '<@1> <#2> <t:3>', '<\u{200b}@1> <\u{200b}#2> <\u{200b}t:3>'],
  ['a heading stays', '## Returns', '## Returns'],
  ['trap 15: everyone is not pinged', 'hello @everyone and @here', 'hello @\u{200b}everyone and @\u{200b}here'],
])('%s', (_name, text, expected) => expect(toDiscordMarkdown(text)).toBe(expected));

test('what a message cannot hold is told before it is sent, sources included', () => {
  expect(fitsMessage({ text: 'x'.repeat(2000) })).toBe(true);
  expect(fitsMessage({ text: 'x'.repeat(1995), citations: [{ number: 1, title: 'Guide' }] })).toBe(false);
  expect(toDiscordMessage({ text: 'x'.repeat(3000), title: 'Case' }).content).toBe(`**Case**\n${'x'.repeat(3000)}`);
});

test('labels of any length leave room for the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), (label) => {
      const facts = [{ label: 'State', value: label }];
      expect(fitsMessage({ text: 'x'.repeat(900), title: label, facts })).toBe(true);
    }),
  );
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

test('trap 15, trap 16: no create or edit pings anybody or shows what a link leads to', () => {
  expect(toDiscordMessage({ text: '@everyone https://a.example' })).toMatchObject({
    allowed_mentions: { parse: [], replied_user: false },
    flags: 1 << 2,
  });
});
