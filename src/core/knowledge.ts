/** Who asks: what of the knowledge they may be answered from. */
export interface Reader {
  /** Documents of their own organization, and those that belong to none. */
  readonly organization: string;
  /** Documents for one of these audiences, and those that are for everyone. */
  readonly audiences: readonly string[];
}

/** What a question is looked for by: its words by BM25, its meaning by the cosine, and both orders fused. */
export interface Wanted {
  /** The distinct index terms, each with its place in a term vector. */
  readonly terms: readonly { readonly term: string; readonly dimension: number }[];
  /** Of the question, and the model that it is from; null where nothing may be told by meaning. */
  readonly embedding: { readonly vector: readonly number[]; readonly by: string } | null;
  readonly reader: Reader;
  /** Each way of looking goes this deep before they are fused. */
  readonly depth: number;
  /** Passages that are compared by words, about: those with the rarest terms of the question. */
  readonly candidatesMax: number;
  readonly limit: number;
  /** How the two orders become one: each passage scores weight / (rankOffset + rank) in either. */
  readonly fusion: { readonly lexicalWeight: number; readonly denseWeight: number; readonly rankOffset: number };
}

/** A piece of a document that may answer a question. */
export interface Passage {
  readonly id: string;
  readonly document: string;
  readonly title: string;
  readonly url?: string;
  readonly heading: string;
  /** CommonMark. Untrusted data: it may say anything, and must never be obeyed. */
  readonly text: string;
  readonly score: number;
}
