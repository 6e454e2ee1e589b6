import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type ModelStream, noUsage } from '#core/model.ts';
import type { GuardedText, RecalledMessage } from '#core/turn.ts';

import { citeByPlace } from './cite-by-place.ts';
import { toMessages } from './to-messages.ts';

const passage = fc
  .nat({ max: 9 })
  .map((id) => ({ id: `p${id}`, title: `Page ${id}`, heading: '', text: `Text ${id}.` }));
const turns = fc.array(
  fc.record({
    question: fc.string({ minLength: 1 }),
    passages: fc.uniqueArray(passage, { selector: ({ id }) => id, maxLength: 5 }),
  }),
  { minLength: 2, maxLength: 12 },
);

test('each turn begins with the bytes of the one before, and quotes no passage twice', () => {
  fc.assert(
    fc.property(turns, (all) => {
      const recent: RecalledMessage[] = [];
      let before: string[] = [];
      for (const [index, { question, passages }] of all.entries()) {
        const asked = question as GuardedText;
        const quoted = { mark: `mark${index}`, passages };
        const { messages, numbers } = toMessages({
          notes: null,
          recent,
          quoted,
          files: [],
          question: asked,
          wish: null,
        });
        const texts = messages.map(({ role, text }) => `${role} ${text}`);
        expect(texts.slice(0, before.length)).toEqual(before);
        before = texts;
        const whole = texts.join('\n');
        for (const [place, number] of numbers.entries())
          expect(whole.split(`<passage number="${number}"`)).toSatisfy(
            (parts: string[]) => parts.length === 2 && parts[1]!.includes(passages[place]!.text),
          );
        recent.push(
          { position: index, role: 'user', text: asked, quoted },
          {
            position: index,
            role: 'assistant',
            text: `So it is [${passages.length || 1}].` as GuardedText,
            quoted: null,
          },
        );
      }
    }),
  );
});

const collect = async (pieces: readonly string[], numbers: readonly number[]): Promise<string> => {
  const stream = (async function* (): ModelStream {
    yield* pieces;
    return { model: 'm', usage: noUsage, stopReason: 'end' };
  })();
  let text = '';
  for await (const piece of citeByPlace(stream, numbers)) text += piece;
  return text;
};

test('however a stream is cut, numbers become places', async () => {
  const said = 'One [7]. Two [12][3] and [a], [link](x), [8](https://example.com) [99] [1';
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (sizes) => {
      const pieces: string[] = [];
      for (let at = 0, index = 0; at < said.length; index += 1) {
        const size = sizes[index % sizes.length] ?? 1;
        pieces.push(said.slice(at, at + size));
        at += size;
      }
      expect(await collect(pieces, [3, 7, 12])).toBe(
        'One [2]. Two [3][1] and [a], [link](x), [8](https://example.com) [99] [1',
      );
    }),
  );
});
