import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countSegments as countedByTheCarrier } from '#lab/twilio/segments.ts';
import { countSegments, isGsm7 } from './segments.ts';
import { renderBody } from './render.ts';

test.each([
  ['', 1],
  ['x'.repeat(160), 1],
  ['x'.repeat(161), 2],
  ['x'.repeat(306), 2],
  ['x'.repeat(459), 3],
  ['x'.repeat(460), 4],
  ['€'.repeat(80), 1],
  ['€'.repeat(81), 2],
  // 152 and a pair that is not cut: it begins the second segment.
  [`${'x'.repeat(152)}€${'x'.repeat(151)}`, 2],
  [`${'x'.repeat(152)}€${'x'.repeat(152)}`, 3],
  ['я'.repeat(70), 1],
  ['я'.repeat(71), 2],
  ['я'.repeat(201), 3],
  ['я'.repeat(202), 4],
  ['😀'.repeat(35), 1],
  ['😀'.repeat(36), 2],
  // 33 of them fill 66 of 67 units: none is cut in two.
  ['😀'.repeat(66), 2],
  ['😀'.repeat(67), 3],
])('%j takes %i', (text, segments) => {
  expect(countSegments(text)).toBe(segments);
});

test('whatever is written, it is counted as the carrier counts it', () => {
  const written = fc.string({
    maxLength: 700,
    unit: fc.oneof(fc.constantFrom(...'ab €^é\nç😀я[]'), fc.string({ minLength: 1, maxLength: 1, unit: 'binary' })),
  });
  fc.assert(
    fc.property(written, (text) => {
      expect(countSegments(text)).toBe(countedByTheCarrier(text));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  // One letter outside the alphabet would make it two segments.
  ['français', `Ça coûte ${'x'.repeat(100)}.`, `Ça coute ${'x'.repeat(100)}.`],
  ['español', `Sí, está ${'x'.repeat(100)}.`, `Si, esta ${'x'.repeat(100)}.`],
  ['português', `Não há ação ${'x'.repeat(100)}.`, `Nao ha acao ${'x'.repeat(100)}.`],
  // It is one segment either way: nothing is left off for nothing.
  ['a short one', 'Ça coûte 5 €.', 'Ça coûte 5 €.'],
  ['German', `Größe „M“ – ${'x'.repeat(140)}.`, `Größe "M" - ${'x'.repeat(140)}.`],
  // The mark is the meaning.
  ['Polish', `Zrób mi łaskę ${'x'.repeat(100)}.`, `Zrób mi łaskę ${'x'.repeat(100)}.`],
  ['Turkish', `Sıkışınca “ara” ${'x'.repeat(100)}.`, `Sıkışınca “ara” ${'x'.repeat(100)}.`],
  ['Russian', 'Он сказал: «Да» — и ушёл…', 'Он сказал: «Да» — и ушёл…'],
  ['Chinese', '“退货”在四十五天内免费…', '“退货”在四十五天内免费…'],
])('%s is sent as the cheapest text that says the same', (_, text, sent) => {
  expect(renderBody({ text })).toBe(sent);
});

test('no spelling costs more than the text as it was written', () => {
  const letters = fc.constantFrom(...'abc áçœ“”–…• éя≤×\u00a0€');
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 500, unit: letters }), (text) => {
      const body = renderBody({ text });
      expect(countSegments(body)).toBeLessThanOrEqual(Math.max(countSegments(text), isGsm7(body) ? 0 : 1));
    }),
    { numRuns: 500 },
  );
});
