/** What is kept of messages that are no longer sent whole, line by line. Lines hold tokens such as [EMAIL_1], and no personal data. */
export interface Summary {
  /** What the person wants and is, and every identifier. */
  readonly facts: readonly string[];
  /** What they asked and were not told. */
  readonly open: readonly string[];
  /** What they were promised. */
  readonly promises: readonly string[];
  readonly decisions: readonly string[];
}

/** What messages add to a summary. */
export interface SummaryChange extends Summary {
  /** Lines of before that are settled now: an open question that was answered, a promise that was kept. */
  readonly settled: readonly string[];
}

export const emptySummary: Summary = { facts: [], open: [], promises: [], decisions: [] };
