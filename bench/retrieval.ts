import { monitorEventLoopDelay } from 'node:perf_hooks';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { openEmbeddedEmbedder } from '#knowledge/embed.ts';
import { fusion } from '#knowledge/fuse.ts';
import { documentVector, termDimension } from '#knowledge/terms.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';
import { openStore, type Store } from '#store/open.ts';
import { openOwnDatabase } from '#test/support/own-database.ts';
import { fileLimits } from '#test/support/file-limits.ts';

import { ingestFolders } from '../src/commands/ingest-folders.ts';
import { createRandom, type Random } from './random.ts';
import { quantile, round, toTable } from './table.ts';

export const usage = `npm run bench -- retrieval [--passages 20000] [--questions 100]

  How long a question takes among so many passages, on Postgres where DATABASE_URL is set and else on the embedded database, beside
  full text search (ts_rank) and the exact order in the same run; how fast documents are read; how long the event loop is held.`;

const dimensions = 512;
const topics = 400;
const wordsMax = 20_000;
const passageTerms = 70;
const batch = 500;
/** Full text search of so many takes seconds. */
const rankedMax = (passages: number): number => (passages > 50_000 ? 3 : 30);

/** Words as often as words are: the second half as often as the first, and so on (Zipf). */
const pickWord = (random: Random): string => `w${Math.floor(wordsMax ** random.next())}x`;

const toUnit = (vector: readonly number[]): number[] => {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};
const noise = (random: Random): number[] => Array.from({ length: dimensions }, () => random.next() - 0.5);

/** Vectors lie around topics, as those of sentences do: even noise has no neighbours. */
const createVectors = (random: Random) => {
  const centers = Array.from({ length: topics }, () => toUnit(noise(random)));
  return (): string => {
    const center = centers[Math.floor(random.next() * topics)] ?? [];
    const own = toUnit(noise(random));
    return `[${toUnit(center.map((value, at) => value + 0.7 * (own[at] ?? 0)))
      .map((value) => value.toFixed(4))
      .join(',')}]`;
  };
};

const fill = async (store: Store, count: number): Promise<number> => {
  const random = createRandom('retrieval');
  const vector = createVectors(random);
  const begunAt = performance.now();
  await store.query(
    `insert into document (organization, source, id, since, title, hash) select '*', 'bench', 'd' || g, 1, 'Document ' || g, 'h' from generate_series(0, $1::int) g`,
    [Math.ceil(count / 10)],
  );
  for (let from = 0; from < count; from += batch) {
    const rows = Array.from({ length: Math.min(batch, count - from) }, (_, at) => {
      const words = Array.from({ length: passageTerms }, () => pickWord(random));
      return {
        document: `d${Math.floor((from + at) / 10)}`,
        ordinal: (from + at) % 10,
        text: words.join(' '),
        terms: [...new Set(words)],
        lexical: documentVector(words, passageTerms).toSparsevec(),
        embedding: vector(),
      };
    });
    await store.query(
      `insert into passage (organization, source, document, since, ordinal, heading, text, terms, lexical, embedding, embedder)
       select '*', 'bench', x.document, 1, x.ordinal, '', x.text, x.terms, x.lexical::sparsevec, x.embedding::vector, 'bench'
       from jsonb_to_recordset($1::jsonb) as x(document text, ordinal int, text text, terms text[], lexical text, embedding text)`,
      [JSON.stringify(rows)],
    );
    process.stderr.write(`\r${from + rows.length} passages`);
  }
  await createKnowledgeStore(store, 'bench').publish();
  await store.query('analyze passage');
  await store.query('analyze document');
  process.stderr.write('\n');
  return performance.now() - begunAt;
};

const measureMs = async (count: number, ask: (index: number) => Promise<unknown>): Promise<number[]> => {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begunAt = performance.now();
    await ask(index);
    times.push(performance.now() - begunAt);
  }
  return times;
};

const toRow = (what: string, times: readonly number[], base: number): (string | number)[] => [
  what,
  round(quantile(times, 0.5), 1),
  round(quantile(times, 0.95), 1),
  round(quantile(times, 0.95) / base, 2),
];

/** Documents of Markdown with ten passages or so each. */
const measureIngest = async (
  store: Store,
  documents: number,
): Promise<{ readonly perSecond: number; readonly blockedMs: number }> => {
  const random = createRandom('ingest');
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  try {
    for (let index = 0; index < documents; index += 1) {
      const section = (at: number): string =>
        `## Section ${at}\n\n${Array.from({ length: 120 }, () => pickWord(random)).join(' ')}.`;
      writeFileSync(
        join(folder, `doc${index}.md`),
        `# Document ${index}\n\n${Array.from({ length: 10 }, (_, at) => section(at)).join('\n\n')}\n`,
      );
    }
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const lines: string[] = [];
    const begunAt = performance.now();
    await ingestFolders({
      store,
      embedder: null,
      files: fileLimits,
      folders: [folder],
      write: (line) => lines.push(line),
    });
    const seconds = (performance.now() - begunAt) / 1000;
    delay.disable();
    const passages = Number(/\((\d+) passages\)/.exec(lines.join())?.[1] ?? 0);
    return { perSecond: passages / seconds, blockedMs: delay.max / 1e6 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      passages: { type: 'string', default: '20000' },
      questions: { type: 'string', default: '100' },
    },
  });
  const [count, questions] = [Number(values.passages), Number(values.questions)];
  const server = process.env['DATABASE_URL'];
  await using database = server ? await openOwnDatabase(server) : null;
  const folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  try {
    await using store = await openStore({
      folder: database ? null : folder,
      connectionsMax: 2,
      ...(database ? { url: database.url } : {}),
    });
    await store.migrate();
    // What is loaded once, at the first document, is not counted.
    await measureIngest(store, 1);
    const ingest = await measureIngest(store, 200);
    await store.query(`delete from document`);
    const fillMs = await fill(store, count);
    const knowledge = createKnowledgeStore(store, 'bench');
    const random = createRandom('questions');
    const vector = createVectors(createRandom('retrieval'));
    const asked = Array.from({ length: questions }, () => {
      const words = Array.from({ length: 6 }, () => pickWord(random));
      return { words, vector: JSON.parse(vector()) as number[] };
    });
    const reader = { organization: 'acme', audiences: ['customers'] };
    const wantedOf = (index: number, isDense: boolean) => ({
      terms: [...new Set(asked[index]?.words)].map((term) => ({ term, dimension: termDimension(term) })),
      embedding: isDense ? { vector: asked[index]?.vector ?? [], by: 'bench' } : null,
      reader,
      depth: 50,
      candidatesMax: 4000,
      limit: 5,
      fusion,
    });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    await knowledge.search(wantedOf(0, true));
    delay.enable();
    const fused = await measureMs(questions, (index) => knowledge.search(wantedOf(index, true)));
    delay.disable();
    const words = await measureMs(questions, (index) => knowledge.search(wantedOf(index, false)));
    const ranked = await measureMs(Math.min(questions, rankedMax(count)), (index) =>
      store.query(
        `select document, ordinal from passage, to_tsquery('simple', $1) q where to_tsvector('simple', text) @@ q
         order by ts_rank(to_tsvector('simple', text), q) desc limit 5`,
        [asked[index]?.words.join(' | ')],
      ),
    );
    // What the indexes leave out, against the order of every passage.
    let kept = 0;
    let all = 0;
    for (let index = 0; index < Math.min(questions, 30); index += 1) {
      const quick = new Set((await knowledge.search({ ...wantedOf(index, true), limit: 10 })).map(({ id }) => id));
      const exact = await store.transaction(async (transaction) => {
        await transaction.query(`set local enable_indexscan = off`);
        return createKnowledgeStore({ ...store, query: transaction.query }, 'bench').search({
          ...wantedOf(index, true),
          limit: 10,
        });
      });
      all += exact.length;
      kept += exact.filter(({ id }) => quick.has(id)).length;
    }
    await using embedder = openEmbeddedEmbedder();
    const blocked = monitorEventLoopDelay({ resolution: 5 });
    blocked.enable();
    await embedder.embed(Array.from({ length: 24 }, () => asked[0]?.words.join(' ') ?? ''));
    blocked.disable();
    const base = quantile(ranked, 0.95);
    console.log(`${count} passages on ${store.kind}, filled in ${round(fillMs / 1000)} s\n`);
    console.log(
      toTable(
        ['looked for', 'p50 ms', 'p95 ms', 'of ts_rank'],
        [
          toRow('by words and meaning, fused', fused, base),
          toRow('by words', words, base),
          toRow('full text search, ts_rank', ranked, base),
        ],
      ),
    );
    console.log(`\nOf the ten best of every passage, ${kept} of ${all} are among the ten found.`);
    console.log(
      `Read without vectors: ${round(ingest.perSecond)} passages/s. Event loop held at the longest: ${round(delay.max / 1e6)} ms while asked, ${round(ingest.blockedMs)} ms while read, ${round(blocked.max / 1e6)} ms while embedding.`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
