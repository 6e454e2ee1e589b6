import fc from 'fast-check';
import { expect, test } from 'vitest';

import { emptySummary, type Summary, type SummaryChange } from '#core/summary.ts';
import { estimateTokens } from '#core/tokens.ts';

import { mergeSummary, readSummary, renderSummary, writeSummary } from './summary.ts';

const bounds = { tokensMax: 2000, count: estimateTokens };
const nothing: SummaryChange = { ...emptySummary, settled: [] };

const line = fc.string({ minLength: 1, maxLength: 60 });
const some = fc.array(line, { maxLength: 6 });
const summary = fc.record({ facts: some, open: some, promises: some, decisions: some });
const all = (of: Summary): string[] => [...of.facts, ...of.open, ...of.promises, ...of.decisions];

test('a model that forgets takes nothing away', () => {
  fc.assert(
    fc.property(summary, summary, (old, more) => {
      const kept = mergeSummary(emptySummary, { ...old, settled: [] }, [], bounds);
      const merged = mergeSummary(kept, { ...more, settled: [] }, [], bounds);
      expect(all(merged)).toEqual(expect.arrayContaining(all(kept)));
      expect(readSummary(writeSummary(merged))).toEqual(merged);
    }),
  );
});

test('what is settled leaves the open questions and promises, and nothing else', () => {
  const old = { facts: ['Has a kettle.'], open: ['Is it blue?'], promises: ['A call on Monday.'], decisions: [] };
  const change = { ...nothing, settled: ['is it blue', 'A call on Monday.', 'Has a kettle.'] };
  expect(mergeSummary(old, change, [], bounds)).toEqual({ ...old, open: [], promises: [] });
});

test('identifiers that the model leaves out are kept in the words they came in', () => {
  const said = ['Hello there. My order is AB-77431, and I write from [EMAIL_1].\nThanks! I have 2 cats.'];
  const { facts } = mergeSummary(emptySummary, nothing, said, bounds);
  expect(facts).toEqual(['They wrote: My order is AB-77431, and I write from [EMAIL_1].']);
  const known = { ...nothing, facts: ['Order AB-77431 of [EMAIL_1]'] };
  expect(mergeSummary(emptySummary, known, said, bounds).facts).toEqual(known.facts);
});

test('it is bounded: plain lines go before identifiers, promises and open questions', () => {
  let merged: Summary = mergeSummary(
    emptySummary,
    { ...nothing, facts: ['Order AB-77431'], open: ['Where is it?'], promises: ['A refund'] },
    [],
    bounds,
  );
  for (let index = 0; index < 300; index += 1)
    merged = mergeSummary(merged, { ...nothing, facts: [`Likes the colour ${'of a thing '.repeat(index % 7)}`] }, [], {
      ...bounds,
      tokensMax: 200,
    });
  expect(all(merged).reduce((sum, one) => sum + estimateTokens(one), 0)).toBeLessThanOrEqual(200);
  expect(renderSummary(merged, [])).toMatch(/Order AB-77431[\s\S]*Where is it\?[\s\S]*A refund/);
});

test('notes of before are read as they were', () => {
  expect(readSummary('- asked: one\n- asked: two').facts).toEqual(['- asked: one', '- asked: two']);
});
