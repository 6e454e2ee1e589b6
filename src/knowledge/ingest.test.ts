import { chmod, cp, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { fileLimits } from '#test/support/file-limits.ts';

import type { Embedder } from './embed.ts';
import { ingest, type IngestProgress } from './ingest.ts';
import { createMemoryRepository } from './memory-repository.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const english = (name = 'test-1'): Embedder => ({
  name,
  dimensions: 2,
  languages: new Set(['en']),
  embed: async (texts) => texts.map((text) => [text.length, 1]),
});

test('a folder becomes documents with passages, terms and embeddings', async () => {
  await write(
    'refunds.md',
    '---\ntitle: Refunds\nurl: https://a.example/refunds\n---\nYour money arrives within ten business days.',
  );
  const repository = createMemoryRepository();
  const report = await ingest(folder, { repository, embedder: english(), files: fileLimits });
  expect(report).toEqual({ held: 0, new: 1, changed: 0, unchanged: 0, removed: 0, passages: 1, refused: [] });
  const { document, passages } = repository.documents.get('refunds.md')!;
  expect(document).toMatchObject({ title: 'Refunds', url: 'https://a.example/refunds' });
  expect(passages[0]).toMatchObject({ ordinal: 0, heading: '', text: 'Your money arrives within ten business days.' });
  expect(passages[0]!.terms).toEqual(expect.arrayContaining(['refund', 'money']));
  expect(passages[0]!.termVector).toMatch(/^\{\d+:[\d.]+,.*\}\/1000000000$/);
  expect(passages[0]!.embedding).toHaveLength(2);
});

test('a second run touches only what changed', async () => {
  await write('a.md', 'Alpha stays the same.');
  await write('b.md', 'Beta will change.');
  await write('c.md', 'Gamma will go.');
  const repository = createMemoryRepository();
  await ingest(folder, { repository, embedder: null, files: fileLimits });
  await write('b.md', 'Beta has changed.');
  await rm(join(folder, 'c.md'));
  await write('d.md', 'Delta is new.');
  await write('e.md', '');
  const progress: IngestProgress[] = [];
  const report = await ingest(folder, {
    repository,
    embedder: null,
    files: fileLimits,
    onProgress: (step) => progress.push(step),
  });
  expect(report).toMatchObject({ new: 1, changed: 1, unchanged: 1, removed: 1, refused: [expect.any(String)] });
  expect(progress.map(({ document, outcome, done, total }) => `${document} ${outcome} ${done}/${total}`)).toEqual([
    'a.md unchanged 1/4',
    'b.md changed 2/4',
    'd.md new 3/4',
    'e.md refused 4/4',
    'c.md removed 4/4',
  ]);
  expect([...repository.documents.keys()]).toEqual(['a.md', 'b.md', 'd.md']);
  const { documentFrequency, passages } = await repository.termStatistics(['gamma', 'beta']);
  expect([passages, documentFrequency.get('gamma'), documentFrequency.get('beta')]).toEqual([3, undefined, 1]);
});

test('another embedder makes every passage again', async () => {
  await write('a.md', 'The same text as before.');
  const repository = createMemoryRepository();
  await ingest(folder, { repository, embedder: english('one'), files: fileLimits });
  expect(await ingest(folder, { repository, embedder: english('one'), files: fileLimits })).toMatchObject({
    new: 0,
    changed: 0,
    unchanged: 1,
  });
  expect(await ingest(folder, { repository, embedder: english('two'), files: fileLimits })).toMatchObject({
    changed: 1,
    unchanged: 0,
  });
});

test('a document in a language the embedder does not know has no embedding', async () => {
  await write('de.md', 'Die Rückerstattung wird innerhalb von zehn Werktagen auf Ihre Karte überwiesen.');
  await write('marked.md', '---\nlanguage: fr-CA\n---\nA text that says it is French.');
  await write('en.md', 'The refund is sent to your card within ten business days.');
  const repository = createMemoryRepository();
  await ingest(folder, { repository, embedder: english(), files: fileLimits });
  const isEmbedded = (id: string) => repository.documents.get(id)!.passages[0]!.embedding !== null;
  expect([isEmbedded('de.md'), isEmbedded('marked.md'), isEmbedded('en.md')]).toEqual([false, false, true]);
});

test('an unreadable document is named, keeps its old passages and does not stop the rest', async () => {
  await write('a.md', 'Alpha was fine once.');
  const repository = createMemoryRepository();
  await ingest(folder, { repository, embedder: null, files: fileLimits });
  await write('a.md', new Uint8Array([0xff, 0xfe, 0x41]));
  await write('z.md', 'Zeta is fine.');
  const report = await ingest(folder, { repository, embedder: null, files: fileLimits });
  expect(report).toMatchObject({ new: 1, removed: 0 });
  expect(report.refused).toEqual([expect.stringMatching(/^a\.md: .*UTF-8/)]);
  expect(repository.documents.get('a.md')!.passages[0]!.text).toBe('Alpha was fine once.');
});

test('a broken collection removes nothing, since what it held is unknown', async () => {
  await write('all.jsonl', '{"id":"one","content":"First text."}\n{"id":"two","content":"Second text."}');
  const repository = createMemoryRepository();
  await ingest(folder, { repository, embedder: null, files: fileLimits });
  await write('all.jsonl', '{"id":"one","content":"First text."}\n{broken');
  expect(await ingest(folder, { repository, embedder: null, files: fileLimits })).toMatchObject({
    removed: 0,
    refused: [expect.stringContaining('line 2')],
  });
  expect([...repository.documents.keys()]).toEqual(['one', 'two']);
});

test('two documents with one id are reported, the first counts', async () => {
  await write('a.jsonl', '{"id":"one","content":"First text."}\n{"id":"one","content":"Second text."}');
  const repository = createMemoryRepository();
  const { refused } = await ingest(folder, { repository, embedder: null, files: fileLimits });
  expect(refused).toEqual([expect.stringContaining('two documents have this id')]);
  expect(repository.documents.get('one')!.passages[0]!.text).toBe('First text.');
});

test('the sample help center is ingested without a problem', async () => {
  await cp(new URL('../../lab/help-center/', import.meta.url), folder, { recursive: true });
  const report = await ingest(folder, { repository: createMemoryRepository(), embedder: null, files: fileLimits });
  expect(report.refused).toEqual([]);
  expect(report.new).toBeGreaterThanOrEqual(20);
});

test.skipIf(process.getuid?.() === 0)('a file that may not be read is named', async () => {
  await write('secret.md', 'text');
  await chmod(join(folder, 'secret.md'), 0);
  const { refused } = await ingest(folder, {
    repository: createMemoryRepository(),
    embedder: null,
    files: fileLimits,
  });
  expect(refused).toEqual([expect.stringContaining('secret.md: cannot be opened')]);
});

test('a file of a gigabyte is refused by its size, before any of it is read', async () => {
  const names = ['large.csv', 'large.md', 'large.pdf'];
  for (const name of names) {
    await write(name, 'It begins well.');
    // Sparse: it takes no room on the disk.
    await truncate(join(folder, name), 1024 ** 3);
  }
  await write('z.md', 'Zeta is fine.');
  const report = await ingest(folder, { repository: createMemoryRepository(), embedder: null, files: fileLimits });
  // What is read first and then refused is told of in megabytes.
  expect(report.refused).toEqual(names.map((name) => `${name}: has 1073741824 bytes; split it into several files`));
  expect(report.new).toBe(1);
});

test.each([
  ['deep.html', '<div>'.repeat(50_000)],
  ['deep.md', `${'>'.repeat(20_000)} deep`],
])('%s, which nests too deep, is named and does not stop the rest', async (name, content) => {
  await write(name, content);
  await write('z.md', 'Zeta is fine.');
  const report = await ingest(folder, { repository: createMemoryRepository(), embedder: null, files: fileLimits });
  expect(report.new).toBe(1);
  expect(report.refused).toEqual([expect.stringContaining(`${name}: nests its parts too deep`)]);
});
