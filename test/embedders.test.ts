import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { createRetrieve } from '#knowledge/retrieve.ts';
import { createKnowledgeStore } from '#store/knowledge.ts';

import { ingestFolders } from '../src/commands/ingest-folders.ts';
import { readConfig } from '../src/config.ts';
import { openEmbedder, openReranker } from '../src/open-embedder.ts';
import { fileLimits } from './support/file-limits.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

interface Asked {
  readonly path: string;
  readonly key: string | undefined;
  readonly body: Record<string, unknown>;
}

/** A service of models: vectors that tell laptops from everything else, and an order that puts what says "best" first. */
const openModels = async () => {
  const asked: Asked[] = [];
  let dimensions = 3;
  let shape: 'list' | 'results' | 'data' = 'results';
  let isDown = false;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part: Buffer) => (text += part.toString()));
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      asked.push({ path: request.url ?? '', key: request.headers.authorization, body });
      if (isDown) return response.writeHead(503).end();
      const answer = (value: unknown) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(value));
      if (request.url?.endsWith('/embeddings')) {
        const data = (body['input'] as string[]).map((one, index) => ({
          index,
          embedding: Array.from({ length: dimensions }, (_, at) =>
            at === (/laptop|computer/i.test(one) ? 0 : 1) ? 2 : 0,
          ),
        }));
        // In any order: the index counts.
        return answer({ data: data.toReversed() });
      }
      const texts = (body['texts'] ?? body['documents']) as string[];
      const name = shape === 'list' ? 'score' : 'relevance_score';
      const scores = texts.map((one, index) => ({ index, [name]: one.includes('best') ? 0.9 : 0.1 }));
      return answer(shape === 'list' ? scores : { [shape]: scores });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    set: (more: { dimensions?: number; shape?: typeof shape; isDown?: boolean }) => {
      ({ dimensions, shape, isDown } = { dimensions, shape, isDown, ...more });
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

let app: TestApp;
let models: Awaited<ReturnType<typeof openModels>>;
let folder: string;
beforeEach(async () => {
  app = await openTestApp();
  models = await openModels();
  folder = mkdtempSync(join(tmpdir(), 'firstline-'));
  writeFileSync(join(folder, 'laptop.md'), '# Laptops\n\nA laptop is replaced after four years.\n');
  writeFileSync(join(folder, 'refund.md'), '# Refunds\n\nThe best refund takes ten days.\n');
  writeFileSync(join(folder, 'return.md'), '# Returns\n\nA refund follows a return.\n');
});
afterEach(async () => {
  await app[Symbol.asyncDispose]();
  await models.close();
  rmSync(folder, { recursive: true });
});

const configOf = (knowledge: object) => {
  const file = join(tmpdir(), `${folder.split('/').at(-1)}.yaml`);
  writeFileSync(file, JSON.stringify({ knowledge }));
  const config = readConfig({ FIRSTLINE_CONFIG: file, EMBEDDER_API_KEY: 'key-1', RERANKER_API_KEY: 'key-2' }, {});
  rmSync(file);
  return config;
};
const ingest = (embedder: ReturnType<typeof openEmbedder>) =>
  ingestFolders({ store: app.store, embedder, files: fileLimits, folders: [folder] });
const failures: unknown[] = [];
const findBy = async (
  embedder: ReturnType<typeof openEmbedder> | null,
  question: string,
  rerank?: ReturnType<typeof openReranker>,
) =>
  (
    await createRetrieve({
      repository: createKnowledgeStore(app.store, ''),
      embedder,
      ...(rerank ? { rerank } : {}),
      onEmbedderError: (error) => failures.push(error),
      onRerankerError: (error) => failures.push(error),
    })(question, { limit: 1 })
  ).map(({ document }) => document);

test('a model behind an address finds what shares no word with the question, and is told what a text is for', async () => {
  const embedder = openEmbedder(
    configOf({ embedder: { kind: 'voyage', url: models.url, model: 'v-1', dimensions: 3, shortens: true } }),
  );
  await ingest(embedder);
  expect(await findBy(embedder, 'my computer')).toEqual(['laptop.md']);
  expect(models.asked[0]).toMatchObject({
    path: '/v1/embeddings',
    key: 'Bearer key-1',
    body: { model: 'v-1', input_type: 'document', output_dimension: 3 },
  });
  expect(models.asked.at(-1)?.body).toMatchObject({ input: ['my computer'], input_type: 'query' });
});

test('where the model changes, words alone decide until everything is read anew: vectors of two models are never compared', async () => {
  const one = openEmbedder(configOf({ embedder: { kind: 'openai', url: models.url, model: 'm-1', dimensions: 3 } }));
  await ingest(one);
  models.set({ dimensions: 5 });
  const other = openEmbedder(configOf({ embedder: { kind: 'openai', url: models.url, model: 'm-2', dimensions: 5 } }));
  expect(await findBy(other, 'my computer')).toEqual([]);
  expect(await findBy(other, 'refund best')).toEqual(['refund.md']);
  await ingest(other);
  expect(await findBy(other, 'my computer')).toEqual(['laptop.md']);
  const [row] = await app.store.query<{ found: string[] }>(
    `select array_agg(distinct p.embedder || ' ' || vector_dims(p.embedding)) as found from passage p
     join live_document d on (d.organization, d.source, d.id, d.since) = (p.organization, p.source, p.document, p.since)`,
  );
  expect(row?.found).toEqual(['m-2:5 5']);
});

test('vectors of another length than told are refused, and so is silence: the words decide', async () => {
  const embedder = openEmbedder(
    configOf({ embedder: { kind: 'openai', url: models.url, model: 'm-1', dimensions: 4 } }),
  );
  await expect(ingest(embedder)).rejects.toThrow('knowledge.embedder.dimensions says 4');
  await ingestFolders({ store: app.store, embedder: null, files: fileLimits, folders: [folder] });
  failures.length = 0;
  models.set({ isDown: true });
  expect(await findBy(embedder, 'refund best')).toEqual(['refund.md']);
  expect(failures).toEqual([expect.objectContaining({ message: 'the embedder answers 503' })]);
});

test.each([
  ['cohere', 'results', { model: 'r-1', query: 'refund', documents: expect.any(Array) }],
  ['voyage', 'data', { model: 'r-1', query: 'refund', documents: expect.any(Array) }],
  ['tei', 'list', { query: 'refund', texts: expect.any(Array) }],
] as const)('a reranker as %s has it looks again at what was found first', async (kind, shape, body) => {
  await ingestFolders({ store: app.store, embedder: null, files: fileLimits, folders: [folder] });
  writeFileSync(join(folder, 'a.md'), '# Refund\n\nRefund refund refund.\n');
  await ingestFolders({ store: app.store, embedder: null, files: fileLimits, folders: [folder] });
  models.set({ shape });
  const rerank = openReranker(configOf({ reranker: { kind, url: models.url, model: 'r-1' } }));
  expect(await findBy(null, 'refund')).toEqual(['a.md']);
  expect(await findBy(null, 'refund', rerank)).toEqual(['refund.md']);
  expect(models.asked.at(-1)).toMatchObject({ path: '/v1/rerank', key: 'Bearer key-2', body });
  models.set({ isDown: true });
  failures.length = 0;
  expect(await findBy(null, 'refund', rerank)).toEqual(['a.md']);
  expect(failures).toHaveLength(1);
});
