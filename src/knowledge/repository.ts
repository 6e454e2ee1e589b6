import type { Passage, Wanted } from '#core/knowledge.ts';

/** A document as it is stored beside its passages. */
export interface StoredDocument {
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  /** Who may be answered from it; everyone where it is absent. */
  readonly audience?: readonly string[];
  /** Tells whether the stored passages are still what the source, the splitter and the embedder would make. */
  readonly hash: string;
}

export interface StoredPassage {
  readonly ordinal: number;
  readonly heading: string;
  readonly text: string;
  /** The distinct index terms, for the document frequencies. */
  readonly terms: readonly string[];
  /** The document side of BM25 in pgvector's text form for `sparsevec(1000000000)`. */
  readonly termVector: string;
  /** Null when there is no embedder or it does not know the document's language. */
  readonly embedding: readonly number[] | null;
  /** The model that it is from. */
  readonly embedder: string | null;
  /** Why it waits for a person to look at it before it may answer; empty where it need not. */
  readonly held: readonly string[];
}

export interface TermStatistics {
  /** All passages. */
  readonly passages: number;
  /** How many passages hold each of the terms asked for; a term that none holds may be absent. */
  readonly documentFrequency: ReadonlyMap<string, number>;
}

/** What ingest and retrieve need of a database, for one source of documents. */
export interface KnowledgeRepository {
  listDocuments(): Promise<readonly Pick<StoredDocument, 'id' | 'hash'>[]>;
  /** Makes a document of the next version, with all its passages. */
  replaceDocument(document: StoredDocument, passages: readonly StoredPassage[]): Promise<void>;
  /** The next version does not have it any more. */
  removeDocument(id: string): Promise<void>;
  /** The next version takes the place of the last one, at once; called once after all changes of an ingest. */
  publish(): Promise<void>;
  termStatistics(terms: readonly string[]): Promise<TermStatistics>;
  /** The passages that this reader may be answered from, best first. `score` is between 0 and 1: 1 is first by every way of looking. */
  search(wanted: Wanted): Promise<readonly Passage[]>;
}
