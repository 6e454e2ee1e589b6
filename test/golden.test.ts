import { expect, test } from 'vitest';

import { extractAnswer } from '#knowledge/extract.ts';
import { openEmbeddedEmbedder } from '#knowledge/embed.ts';
import { createExtractive } from '#model/extractive.ts';

import { readHelpCenter } from '../bench/golden/knowledge.ts';
import { readGolden } from '../bench/golden/read.ts';
import { replay, type Replayed } from '../bench/golden/replay.ts';
import { changesSince, readAgreed } from '../bench/golden/stored.ts';
import { openTestApp } from './support/test-app.ts';

test('every golden question that was answered right still is', async () => {
  await using embedder = openEmbeddedEmbedder();
  await using app = await openTestApp();
  const find = await readHelpCenter(app.store, embedder);
  const texts = { greeting: 'Hello', found: 'This is what our help pages say:', notFound: 'Not found' };
  const model = createExtractive({ extract: extractAnswer, textsFor: () => texts });
  const replayed: Replayed[] = [];
  for (const golden of readGolden()) replayed.push(await replay(golden, find, model));
  const agreed = readAgreed('extractive');
  expect(Object.keys(agreed)).toHaveLength(replayed.length);
  expect(changesSince(agreed, replayed).filter(({ kind }) => kind === 'broken')).toEqual([]);
  // What the pages do not say breaks one: the check can fail.
  const empty = replayed.map((one) => ({ ...one, text: texts.notFound, isRight: false }));
  expect(changesSince(agreed, empty).filter(({ kind }) => kind === 'broken').length).toBeGreaterThan(40);
});
