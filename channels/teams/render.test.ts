import { expect, test } from 'vitest';
import { toTeamsMarkdown } from './markdown.ts';
import { fitsActivity, toActivity } from './render.ts';
import { isAllowedUrl } from './service-url.ts';

test.each([
  ['a heading becomes bold', '# Returns\n\nThirty days.', '**Returns**\n\nThirty days.'],
  ['a table becomes a list', '| Plan | Price |\n|---|---|\n| Pro | 9 |', '- **Plan:** Pro, **Price:** 9'],
  [
    'trap 16: an image becomes a link',
    'See ![the box](https://a.example/b.png)',
    'See [the box](https://a.example/b.png)',
  ],
  ['trap 15: a typed mention is no mention', 'Ask <at>Ada</at> now', 'Ask &lt;at>Ada&lt;/at> now'],
  ['a link in a heading stays', '## **See** [it](https://a.example)', '**See [it](https://a.example)**'],
  [
    'links and code in a table stay',
    '| Name | Use |\n|---|---|\n| [it](https://a.example) | `a\\|b` |\n| | x |',
    '- **Name:** [it](https://a.example), **Use:** `a|b`\n- **Use:** x',
  ],
  ['a table of heads alone keeps them', '| Plan | Price |\n|---|---|', '- **Plan**, **Price**'],
  ['an address in angles is a link', '<https://a.example>', 'https://a.example'],
  ['a break by tag is a break', 'a<br>b', 'a\nb'],
  ['code stays as it is', '```\n# not a heading\n```', '```\n# not a heading\n```'],
])('%s', (_name, text, expected) => expect(toTeamsMarkdown(text)).toBe(expected));

test('trap 19: a message still growing is its text, with nothing behind it', () => {
  const growing = toActivity({ text: 'Returns are **free**.', partial: true }, 'k', 'personal');
  expect(growing.text).toBe('Returns are **free**.');
  expect(growing.attachments).toBeUndefined();
});

test('sources beyond the twenty of the platform stand in the text', () => {
  const citations = Array.from({ length: 22 }, (_, index) => ({
    number: index + 1,
    title: 'T',
    url: 'https://a.example',
  }));
  expect(toActivity({ text: 'Yes.', citations }, 'k', 'personal').text).toBe(
    'Yes.\n\n[21] [T](https://a.example)\n\n[22] [T](https://a.example)',
  );
});

test('what an activity shows badly is told before it is sent', () => {
  expect(fitsActivity({ text: 'x'.repeat(20_000) })).toBe(true);
  expect(fitsActivity({ text: 'x'.repeat(20_480) })).toBe(false);
  expect(fitsActivity({ text: 'x'.repeat(15_000), title: 'Case' })).toBe(false);
});

test('trap 26: a message has one root entity with at most twenty citations', () => {
  const citations = Array.from({ length: 25 }, (_, index) => ({ number: index + 1, title: 'T'.repeat(200) }));
  const { entities = [] } = toActivity({ text: 'Yes [1].', by: 'assistant', citations }, 'k', 'personal');
  expect(entities).toHaveLength(1);
  const claims = entities[0]?.citation as { appearance: { name: string } }[];
  expect(claims).toHaveLength(20);
  expect(claims[0]?.appearance.name).toHaveLength(80);
});

test('a button that asks brings its input, and the others leave it alone', () => {
  const actions = [
    { id: 'claim', label: 'Claim' },
    { id: 'reply', label: 'Reply', asks: 'Your reply', style: 'danger' as const },
  ];
  const card = toActivity({ text: 'Help', title: 'Case 7', actions }, 'case:7', 'channel').attachments?.[0]
    ?.content as {
    version: string;
    body: object[];
    actions: object[];
  };
  expect(card.version).toBe('1.5');
  expect(card.body.at(-1)).toMatchObject({ type: 'Input.Text', id: 'reply:text', label: 'Your reply' });
  expect(card.actions).toMatchObject([
    { type: 'Action.Execute', verb: 'claim', associatedInputs: 'none' },
    { type: 'Action.Execute', verb: 'reply', associatedInputs: 'auto', style: 'destructive' },
  ]);
});

test.each([
  ['https://smba.trafficmanager.net/emea/', true],
  ['https://europe.botframework.com/', true],
  ['http://smba.trafficmanager.net/emea/', false],
  ['https://smba.trafficmanager.net@evil.example/', false],
  ['https://smba.trafficmanager.net.evil.example/', false],
  ['https://evilbotframework.com/', false],
  ['http://127.0.0.1:4000/teams/', true],
  ['http://127.0.0.1:4000/teams', true],
  ['http://127.0.0.1:4000/teamsters/', false],
  ['http://127.0.0.1:4001/teams/', false],
  ['not a url', false],
])('the service URL %s is allowed: %s', (url, expected) => {
  expect(isAllowedUrl(url, ['smba.trafficmanager.net', '*.botframework.com', 'http://127.0.0.1:4000/teams/'])).toBe(
    expected,
  );
});

test("only the words of the assistant are marked as an AI's", () => {
  const label = { additionalType: ['AIGeneratedContent'] };
  expect(toActivity({ text: 'Yes.', by: 'assistant' }, 'k', 'personal').entities).toMatchObject([label]);
  expect(toActivity({ text: 'Yes.', title: 'T', by: 'assistant' }, 'k', 'personal').entities).toMatchObject([label]);
  for (const message of [{ text: 'Ana here.', by: 'agent' as const }, { text: 'One moment.' }])
    expect(toActivity(message, 'k', 'personal').entities).toBeUndefined();
});

test('suggestions can be pressed in a personal chat, and thumbs are there where they are asked for', () => {
  const message = { text: 'Hello.', suggestions: ['Where is my order?'], asksFeedback: true };
  const action = { type: 'imBack', title: 'Where is my order?', value: 'Where is my order?' };
  expect(toActivity(message, 'k', 'personal')).toMatchObject({
    suggestedActions: { actions: [action] },
    channelData: { feedbackLoop: { type: 'default' } },
  });
  expect(toActivity(message, 'k', 'groupChat').suggestedActions).toBeUndefined();
  expect(toActivity({ text: 'Hello.' }, 'k', 'personal').channelData).toBeUndefined();
});
