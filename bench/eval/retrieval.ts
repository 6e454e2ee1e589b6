import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openEmbeddedEmbedder } from '#knowledge/embed.ts';
import { fusion } from '#knowledge/fuse.ts';
import { termDimension, terms } from '#knowledge/terms.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';
import { openStore, type Store } from '#store/open.ts';
import { fileLimits } from '#test/support/file-limits.ts';

import { ingestFolders } from '../../src/commands/ingest-folders.ts';
import { readGolden } from '../golden/read.ts';
import { round, toTable } from '../table.ts';
import { type Measured, readRows } from './measure.ts';

interface Article {
  readonly id: string;
  readonly title: string;
  readonly content: string;
}

/** A question and the one document that answers it. */
interface Asked {
  readonly question: string;
  readonly answeredBy: string;
}

const depth = 50;
const gainDepth = 10;
const recallDepth = 5;
/** Every this many articles one is asked for, among all of them. */
const articlesEvery = 7;

/** Documents in order, each once. */
type Search = (question: string) => Promise<readonly string[]>;

const documentsOf = (found: readonly { readonly document: string }[]): string[] => [
  ...new Set(found.map(({ document }) => document)),
];

const openSearches = (store: Store, embed: (text: string) => Promise<readonly number[]>): Record<string, Search> => {
  const knowledge = createKnowledgeStore(store, '');
  const search =
    (uses: { readonly words: boolean; readonly meaning: boolean }, weights: Partial<typeof fusion> = {}): Search =>
    async (question) => {
      const own = uses.words ? [...new Set(terms(question))] : [];
      return documentsOf(
        await knowledge.search({
          terms: own.map((term) => ({ term, dimension: termDimension(term) })),
          embedding: uses.meaning ? { vector: await embed(question), by: 'use-lite-1' } : null,
          reader: { organization: '', audiences: [] },
          depth,
          candidatesMax: 4000,
          limit: depth,
          fusion: { ...fusion, ...weights },
        }),
      );
    };
  return {
    'words and meaning, fused': search({ words: true, meaning: true }),
    'words alone (BM25)': search({ words: true, meaning: false }),
    'fused 2 : 1': search({ words: true, meaning: true }, { lexicalWeight: 2, denseWeight: 1 }),
    'meaning alone (USE)': search({ words: false, meaning: true }),
    'full text search (ts_rank)': async (question) => {
      const words = question.match(/[\p{L}\p{N}]+/gu) ?? [];
      if (words.length === 0) return [];
      return documentsOf(
        await store.query<{ document: string }>(
          `select p.document from passage p join live_document d on (d.organization, d.source, d.id, d.since) = (p.organization, p.source, p.document, p.since),
             to_tsquery('english', $1) q where to_tsvector('english', p.heading || ' ' || p.text) @@ q
           order by ts_rank(to_tsvector('english', p.heading || ' ' || p.text), q) desc limit $2`,
          [words.join(' | '), depth],
        ),
      );
    },
  };
};

const measure = async (set: string, asked: readonly Asked[], searches: Record<string, Search>): Promise<Measured[]> => {
  const rows: (string | number)[][] = [];
  const gains: Record<string, number> = {};
  const hits: Record<string, number> = {};
  for (const [name, search] of Object.entries(searches)) {
    let gain = 0;
    let found = 0;
    for (const { question, answeredBy } of asked) {
      const at = (await search(question)).indexOf(answeredBy);
      // With one right document, its gain is all there is.
      if (at >= 0 && at < gainDepth) gain += 1 / Math.log2(at + 2);
      if (at >= 0 && at < recallDepth) found += 1;
    }
    gains[name] = gain / asked.length;
    hits[name] = found;
    rows.push([name, round(gain / asked.length, 3), round(found / asked.length, 3)]);
  }
  console.log(`\n${set}, ${asked.length} questions:\n`);
  console.log(toTable(['looked for by', 'nDCG@10', 'recall@5'], rows));
  const [fused = '', words = ''] = Object.keys(searches);
  return [
    {
      goal: '13',
      what: 'nDCG@10 fused below words alone',
      set,
      most: 0,
      hits: (gains[fused] ?? 0) < (gains[words] ?? 0) ? 1 : 0,
      of: 1,
    },
    { goal: '', what: 'recall@5 fused', set, hits: hits[fused] ?? 0, of: asked.length },
  ];
};

/** How well documents are found, beside plain full text search, words alone and meaning alone in the same run. */
export const measureRetrieval = async (data: string): Promise<Measured[]> => {
  await using embedder = openEmbeddedEmbedder();
  const kept = new Map<string, readonly number[]>();
  const embed = async (text: string): Promise<readonly number[]> => {
    const vector = kept.get(text) ?? (await embedder.embed([text]))[0] ?? [];
    kept.set(text, vector);
    return vector;
  };
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  const onStore = async (fill: string, set: string, asked: readonly Asked[]): Promise<Measured[]> => {
    await using store = await openStore({ folder: null, connectionsMax: 1 });
    await store.migrate();
    await ingestFolders({ store, embedder, files: fileLimits, folders: [fill] });
    return await measure(set, asked, openSearches(store, embed));
  };
  try {
    const golden = readGolden().map(({ ask, from }) => ({ question: ask, answeredBy: `${from}.md` }));
    const rows = await onStore(new URL('../../lab/help-center', import.meta.url).pathname, 'golden', golden);
    const articles = readRows(data)<Article>('knowledge/bank-help-center').filter(
      ({ title, content }) => title && content,
    );
    if (articles.length === 0) return rows;
    // The title is what is asked, so the document is found by what it says and not by its name.
    writeFileSync(
      join(folder, 'articles.jsonl'),
      articles.map(({ id, content }) => JSON.stringify({ id, title: 'Article', content })).join('\n'),
    );
    const asked = articles
      .filter((_, index) => index % articlesEvery === 0)
      .map(({ id, title }) => ({ question: title, answeredBy: id }));
    return [...rows, ...(await onStore(folder, 'bank help center, asked by titles', asked))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
