import type { Passage, Wanted } from '#core/knowledge.ts';
import { fuse } from './fuse.ts';
import type { KnowledgeRepository, StoredDocument, StoredPassage } from './repository.ts';
import { queryVector } from './terms.ts';

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

  /** The passages that a reader may be answered from, by how much each scores. */
  const rank = ({ reader, depth }: Wanted, scoreOf: (passage: StoredPassage) => number): Passage[] =>
    [...documents.values()]
      .filter(
        ({ document: { audience } }) =>
          audience === undefined || audience.some((one) => reader.audiences.includes(one)),
      )
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
      .slice(0, depth);

  return {
    documents,
    listDocuments: async () => [...documents.values()].map(({ document }) => document),
    replaceDocument: async (document, passages) => void documents.set(document.id, { document, passages }),
    removeDocument: async (id) => void documents.delete(id),
    async publish() {
      const passages = [...documents.values()].flatMap((entry) => entry.passages);
      count = passages.length;
      frequency = new Map();
      for (const term of passages.flatMap(({ terms }) => terms)) frequency.set(term, (frequency.get(term) ?? 0) + 1);
    },
    termStatistics: async (terms) => ({
      passages: count,
      documentFrequency: new Map(terms.flatMap((term) => (frequency.has(term) ? [[term, frequency.get(term)!]] : []))),
    }),
    async search(wanted) {
      const { terms, embedding, limit, fusion } = wanted;
      const query = readSparsevec(
        queryVector(
          terms.map(({ term }) => term),
          frequency,
          count,
        ).toSparsevec(),
      );
      const lexical = rank(wanted, ({ termVector: stored }) => dot(query, readSparsevec(stored)));
      const dense =
        embedding === null
          ? []
          : rank(wanted, (passage) =>
              passage.embedder === embedding.by
                ? (passage.embedding ?? []).reduce(
                    (sum, value, index) => sum + value * (embedding.vector[index] ?? 0),
                    0,
                  )
                : 0,
            );
      const rankings = [
        { items: lexical, weight: fusion.lexicalWeight },
        { items: dense, weight: fusion.denseWeight },
      ].filter(({ items }) => items.length > 0);
      return fuse(rankings, ({ id }) => id)
        .slice(0, limit)
        .map(({ item, score }) => ({ ...item, score }));
    },
  };
}

const readSparsevec = (text: string): Map<string, number> =>
  new Map([...text.matchAll(/(\d+):([\d.]+)/g)].map(([, dimension, weight]) => [dimension!, Number(weight)]));

function dot(query: ReadonlyMap<string, number>, stored: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [dimension, weight] of query) sum += weight * (stored.get(dimension) ?? 0);
  return sum;
}
