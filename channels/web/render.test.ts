import { expect, test } from 'vitest';
import { toWebMessage } from './render.ts';

test.each([
  [
    'trap 16: an image is a link that nobody loads',
    '![a lamp](https://a.example/l.png)',
    '[a lamp](<https://a.example/l.png>)',
  ],
  ['an underlined heading gets its mark', 'Returns\n---', '## Returns'],
  ['a named sign is the sign', 'a &amp; b &eacute; &#42;x&#42;', 'a \\& b é \\*x\\*'],
  ['bold and italic are written in one way', '__a__ _b_ ***c***', '**a** *b* _**c**_'],
  ['code that holds ticks has more of them around it', '~~~js\n```\n~~~', '````js\n```\n````'],
  ['indented code becomes a fence', 'x\n\n    y', 'x\n\n```\ny\n```'],
  ['a break by tag is a break', 'a<br>b', 'a\nb'],
  ['an address that is not of the web can be read', '[write](mailto:a@b.example)', 'write (a@b.example)'],
  ['a link that could run something is no link', '[x](javascript:alert)', 'x (javascript:alert)'],
])('%s', (_name, text, expected) => expect(toWebMessage('1', { text }).text).toBe(expected));
