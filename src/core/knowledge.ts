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
