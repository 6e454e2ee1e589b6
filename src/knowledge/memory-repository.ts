import type { Passage } from '#core/knowledge.ts';
import type { KnowledgeRepository, StoredDocument, StoredPassage } from './repository.ts';

/** A repository for tests, which computes what a database would. */
export interface MemoryRepository extends KnowledgeRepository {
  readonly documents: ReadonlyMap<
    string,
    { readonly document: StoredDocument; readonly passages: readonly StoredPassage[] }
  >;
}

export function createMemoryRepository(): MemoryRepository {
  const documents = new Map<string, { document: StoredDocument; passages: readonly StoredPassage[] }>();
  let frequency = new Map<string, number>();
  let count = 0;

  const rank = (limit: number, scoreOf: (passage: StoredPassage) => number): Passage[] =>
    [...documents.values()]
      .flatMap(({ document: { id, title, url }, passages }) =>
        passages.map((passage) => ({
          id: `${id}#${passage.ordinal}`,
          document: id,
          title,
          ...(url && { url }),
          heading: passage.heading,
          text: passage.text,
          score: scoreOf(passage),
        })),
      )
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit);

  return {
    documents,
    listDocuments: async () => [...documents.values()].map(({ document }) => document),
    replaceDocument: async (document, passages) => void documents.set(document.id, { document, passages }),
    removeDocument: async (id) => void documents.delete(id),
    async refreshTermStatistics() {
      const passages = [...documents.values()].flatMap((entry) => entry.passages);
      count = passages.length;
      frequency = new Map();
      for (const term of passages.flatMap(({ terms }) => terms)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    },
    termStatistics: async (terms) => ({
      passages: count,
      documentFrequency: new Map(terms.flatMap((term) => (frequency.has(term) ? [[term, frequency.get(term)!]] : []))),
    }),
    async searchLexical(termVector, limit) {
      const query = readSparsevec(termVector);
      return rank(limit, ({ termVector: stored }) => dot(query, readSparsevec(stored)));
    },
    searchDense: async (embedding, limit) =>
      rank(limit, (passage) =>
        (passage.embedding ?? []).reduce((sum, value, index) => sum + value * (embedding[index] ?? 0), 0),
      ),
  };
}

const readSparsevec = (text: string): Map<string, number> =>
  new Map([...text.matchAll(/(\d+):([\d.]+)/g)].map(([, dimension, weight]) => [dimension!, Number(weight)]));

function dot(query: ReadonlyMap<string, number>, stored: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [dimension, weight] of query) sum += weight * (stored.get(dimension) ?? 0);
  return sum;
}
