import { expect, test } from 'vitest';
import { neutralizeMentions } from './mentions.ts';
import { toCommonMark } from './mrkdwn.ts';
import { fitsMessage, renderMessage } from './render.ts';

const zero = '\u200b';

test('every part has its block, in reading order', () => {
  const { text, blocks } = renderMessage({
    title: 'Case 7',
    text: 'Hello **you** [1]',
    facts: [{ label: 'Plan', value: 'a < b' }],
    citations: [
      { number: 1, title: 'Guide | more', url: 'https://example.com/a?b=1&c=2' },
      { number: 2, title: 'Offline' },
    ],
    actions: [
      { id: 'human', label: 'A person', style: 'danger' },
      { id: 'note', label: 'Note', asks: 'Which note?' },
    ],
  });
  expect(text).toBe('Case 7\nHello you [1]');
  expect(blocks).toEqual([
    { type: 'header', text: { type: 'plain_text', text: 'Case 7', emoji: false } },
    { type: 'section', fields: [{ type: 'mrkdwn', text: '*Plan*\na &lt; b' }] },
    { type: 'markdown', text: 'Hello **you** [1]' },
    {
      type: 'context',
      elements: [
        { type: 'mrkdwn', text: '[1] <https://example.com/a?b=1&amp;c=2|Guide ¦ more>' },
        { type: 'mrkdwn', text: '[2] Offline' },
      ],
    },
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: 'human',
          text: { type: 'plain_text', text: 'A person', emoji: false },
          value: 'human',
          style: 'danger',
        },
        {
          type: 'button',
          action_id: 'note:asks',
          text: { type: 'plain_text', text: 'Note', emoji: false },
          value: 'Which note?',
        },
      ],
    },
  ]);
});

test('trap 19: a message still growing shows its text only, and no sign of more', () => {
  expect(renderMessage({ text: 'Hel', partial: true, actions: [{ id: 'a', label: 'A' }] }).blocks).toEqual([
    { type: 'markdown', text: 'Hel' },
  ]);
});

test('what an update would refuse is told before it is sent, counted as it travels', () => {
  expect(fitsMessage({ text: 'x'.repeat(4000) })).toBe(true);
  expect(fitsMessage({ text: 'x'.repeat(4001) })).toBe(false);
  expect(fitsMessage({ text: '<'.repeat(1001) })).toBe(false);
  expect(fitsMessage({ text: '語'.repeat(1334) })).toBe(false);
  // Marks that are not heard are counted where they are seen.
  expect(fitsMessage({ text: `[a](https://example.com/${'b'.repeat(12_000)})` })).toBe(false);
});

test('all words are in the text that is heard, items and cells apart', () => {
  const { text } = renderMessage({ text: '1. one\n   - deep\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said' });
  expect(text).toBe('1. one\n- deep\n2. two\na, b\n1, 2\nsaid'.replaceAll('>', '&gt;'));
});

test.each([
  ['<!channel> look', `<${zero}!channel> look`],
  ['<!subteam^S1|team>', `<${zero}!subteam^S1|team>`],
  ['<@U123>', `<${zero}@U123>`],
  ['@here, @Everyone', `@${zero}here, @${zero}Everyone`],
  ['\\`<!here>\\`', `\\\`<${zero}!here>\\\``],
  ['mail me@here.com', 'mail me@here.com'],
  ['`<!channel>`', '`<!channel>`'],
  ['```\n@here\n```', '```\n@here\n```'],
  ['see https://example.com/@here', 'see https://example.com/@here'],
])('%j calls nobody', (given, expected) => {
  expect(neutralizeMentions(given)).toBe(expected);
});

test('trap 15: nothing of a mention is left in any block', () => {
  const payload = renderMessage({
    title: '@here',
    text: '<!channel>',
    facts: [{ label: '<!here>', value: '<@U1>' }],
    citations: [{ number: 1, title: '<!everyone>', url: 'javascript:alert(1)' }],
  });
  expect(JSON.stringify(payload)).not.toMatch(/<[!@]|@here|javascript/);
});

test.each([
  ['*bold* _it_ ~gone~', '**bold** _it_ ~~gone~~'],
  ['2*3*4', '2*3*4'],
  ['<https://a.b>', '<https://a.b>'],
  ['<https://a.b/(c)|x [y]>', '[x \\[y\\]](<https://a.b/(c)>)'],
  ['<mailto:a@b.c|a@b.c>', 'a@b.c'],
  ['<#C1|help> <@U2|Bob> <@U3> <!here>', '#help @Bob @U3 @here'],
  ['`*x* <https://a.b>`', '`*x* https://a.b`'],
  ['• one\n• two', '- one\n- two'],
  ['<@UBOT>: hi <@UBOT|bot>', 'hi'],
])('%j reads as %j', (given, expected) => {
  expect(toCommonMark(given, 'UBOT')).toBe(expected);
});
