import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

import { fileLimits } from '#test/support/file-limits.ts';

import type { Embedder } from './embed.ts';
import { ingest } from './ingest.ts';
import { createMemoryRepository } from './memory-repository.ts';
import { createRetrieve } from './retrieve.ts';

const helpCenter = fileURLToPath(new URL('../../lab/help-center/', import.meta.url));
const lexical = createMemoryRepository();
beforeAll(async () => {
  await ingest(helpCenter, { repository: lexical, embedder: null, files: fileLimits });
});

/** Knows one thing: a laptop is a computer. */
const computerEmbedder = (embedded: string[] = []): Embedder => ({
  name: 'computers-1',
  dimensions: 2,
  languages: new Set(['en']),
  async embed(texts) {
    embedded.push(...texts);
    return texts.map((text) => (/laptop|computer/i.test(text) ? [1, 0] : [0, 1]));
  },
});

describe('by words', () => {
  test.each([
    ['How long is the password link valid?', 'reset-your-password.md'],
    ['vpn error 809', 'vpn-for-employees.md'],
    ['WHAT ARE THE SHIPPING COSTS TO CANADA??', 'shipping-options-and-costs.md'],
    ['hotel limit for expenses', 'expense-reports.md'],
    ['do my gift cards expire', 'gift-cards.md'],
  ])('%s', async (question, document) => {
    const [best] = await createRetrieve({ repository: lexical, embedder: null })(question, { limit: 3 });
    expect(best).toMatchObject({ document, url: `https://help.northwind.example/${document.replace('.md', '')}` });
  });

  test('nothing is found for nothing, for filler words and for words nobody wrote', async () => {
    const retrieve = createRetrieve({ repository: lexical, embedder: null });
    for (const question of ['', '   ', 'how are you', 'xylophone zeppelin'])
      expect(await retrieve(question, { limit: 3 })).toEqual([]);
  });

  test('scores fall and the limit holds', async () => {
    const found = await createRetrieve({ repository: lexical, embedder: null })('refund of an order to a card', {
      limit: 4,
    });
    expect(found).toHaveLength(4);
    expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(found[0]!.score).toBe(1);
  });
});

describe('by meaning', () => {
  test('an embedder finds what shares no word with the question', async () => {
    const repository = createMemoryRepository();
    await ingest(helpCenter, { repository, embedder: computerEmbedder(), files: fileLimits });
    const question = 'my computer is kaputt';
    const documents = async (embedder: Embedder | null) =>
      (await createRetrieve({ repository, embedder })(question, { limit: 5 })).map(({ document }) => document);
    expect(await documents(null)).toEqual([]);
    expect(await documents(computerEmbedder())).toContain('new-laptop-and-software.md');
  });

  test('a question in another language is not embedded', async () => {
    const embedded: string[] = [];
    const retrieve = createRetrieve({ repository: lexical, embedder: computerEmbedder(embedded) });
    await retrieve('Wie lange dauert die Rückerstattung auf meine Karte?', { limit: 3 });
    await retrieve('送料はいくらですか', { limit: 3 });
    expect(embedded).toEqual([]);
    await retrieve('How long does a refund to my card take?', { limit: 3 });
    expect(embedded).toHaveLength(1);
  });

  test('when the embedder fails the words decide, and the failure is told', async () => {
    const failures: unknown[] = [];
    const broken: Embedder = { ...computerEmbedder(), embed: () => Promise.reject(new Error('out of memory')) };
    const retrieve = createRetrieve({
      repository: lexical,
      embedder: broken,
      onEmbedderError: (error) => failures.push(error),
    });
    const [best] = await retrieve('vpn error 809', { limit: 3 });
    expect(best?.document).toBe('vpn-for-employees.md');
    expect(failures).toEqual([expect.objectContaining({ message: 'out of memory' })]);
  });
});
