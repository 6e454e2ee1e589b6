import { expect, test } from 'vitest';
import { toPlainText } from './plain-text.ts';
import { fitsBody, renderBody } from './render.ts';

test.each([
  ['“Quoted” – it’s…', '"Quoted" - it\'s...'],
  ['**Bold** and _soft_ and `code`', 'Bold and soft and code'],
  ['[the guide](https://example.com/a)', 'the guide (https://example.com/a)'],
  ['<https://example.com/a> and https://example.com/b', 'https://example.com/a and https://example.com/b'],
  ['[mail](mailto:a@b.c)', 'mail (a@b.c)'],
  ['# Title\n\nText', 'Title\n\nText'],
  ['- one\n- two\n  - deep', '- one\n- two\n- deep'],
  ['3. one\n4. two', '3) one\n4) two'],
  ['Done ✅ 👍🏽!', 'Done !'],
  ['👩‍💻 🇩🇪 می‌خواهم 1️⃣', 'می‌خواهم 1'],
  ['| a | b |\n|---|---|\n| 1 | 2 |', 'a, b\n1, 2'],
  ['```sh\nnpm start\n```', 'npm start'],
  ['~~10~~ 9 euros', '~10~ 9 euros'],
  ['- [x] packed\n- [ ] sent', '- [x] packed\n- [ ] sent'],
  ['one<br>two', 'one\ntwo'],
  ['Größe: 5 €, Привет', 'Größe: 5 €, Привет'],
])('%j reads %j on a phone', (markdown, expected) => {
  expect(toPlainText(markdown)).toBe(expected);
});

test('one source and the way to a person stand below the text', () => {
  const message = {
    text: 'Hold the button.',
    title: 'Reset',
    facts: [{ label: 'Plan', value: 'Gold' }],
    citations: [
      { number: 1, title: 'Guide', url: 'https://example.com/g' },
      { number: 2, title: 'Manual', url: 'https://example.com/m' },
    ],
    actions: [
      { id: 'human', label: 'A person' },
      { id: 'good', label: 'Helpful' },
    ],
  };
  expect(renderBody(message)).toBe(
    'Reset\n\nPlan: Gold\n\nHold the button.\n\nGuide https://example.com/g\n\nAGENT: A person',
  );
  expect(renderBody({ text: 'Hi', actions: [{ id: 'good', label: 'Helpful' }] })).toBe('Hi');
});

test('on WhatsApp words keep their marks and their letters, and a message may be longer', () => {
  const text = '# Ça coûte\n\n**5 €** – _soon_, `x y`, ~~10~~ and [it](https://example.com)\n\n```\na  b\n```';
  expect(renderBody({ text }, true)).toBe(
    '*Ça coûte*\n\n*5 €* – _soon_, `x y`, ~10~ and it (https://example.com)\n\n```a  b```',
  );
  expect(fitsBody({ text: 'я'.repeat(1600) }, true)).toBe(true);
  expect(fitsBody({ text: 'я'.repeat(1601) }, true)).toBe(false);
});

test('what one message cannot hold in three segments is told before it is sent, footers included', () => {
  const below = { citations: [{ number: 1, title: 'Guide' }], actions: [{ id: 'human', label: 'A person' }] };
  expect(fitsBody({ text: 'x'.repeat(459) })).toBe(true);
  expect(fitsBody({ text: 'x'.repeat(460) })).toBe(false);
  expect(fitsBody({ text: 'x'.repeat(459), ...below })).toBe(false);
  expect(fitsBody({ text: 'x'.repeat(436), ...below })).toBe(false);
  expect(fitsBody({ text: 'x'.repeat(435), ...below })).toBe(true);
  expect(fitsBody({ text: 'я'.repeat(201) })).toBe(true);
  expect(fitsBody({ text: 'я'.repeat(202) })).toBe(false);
  expect(renderBody({ text: 'x'.repeat(1700) })).toBe('x'.repeat(1700));
});

test('trap 36: typography and emoji in words cost no second alphabet', () => {
  const body = renderBody({ text: '“Smart” – it’s *done*… ✅ 5\u00a0% • ok' });
  expect(body).toBe('"Smart" - it\'s done... 5 % - ok');
  expect(body).toMatch(/^[ -~]*$/);
});

test('code is sent as it is written: blanks and quotes mean something there', () => {
  const code = "if x:\n    print(`a`, 'b')  # “c”";
  expect(toPlainText(`Run:\n\n\`\`\`py\n${code}\n\`\`\`\n\nor \`\` x  \`y\` \`\`.`)).toBe(
    `Run:\n\n${code}\n\nor x  \`y\`.`,
  );
});

test('a message of pictures alone is still a message', () => {
  expect(renderBody({ text: '👍' })).toBe('👍');
});
