/** What an answer leans on, as it is kept, sealed, with its turn: enough to explain it later. No words of the answer itself. */
export interface Receipt {
  /** The question as it reads without the conversation: what passages were looked up for. Tokens stand for personal data. */
  readonly asked: string;
  /** Every passage that the model was given, in its order. */
  readonly passages: readonly ReceiptPassage[];
  /** How many of each kind of personal data the model was not shown, such as { EMAIL: 1 }. */
  readonly kept: Readonly<Record<string, number>>;
  /** How many of each kind were taken out of the answer. */
  readonly takenOut: Readonly<Record<string, number>>;
}

export interface ReceiptPassage {
  /** As cited in the answer: [number]. */
  readonly number: number;
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  readonly heading: string;
  /** Of the retrieval: it only orders the passages of one answer. */
  readonly score: number;
  readonly isCited: boolean;
}
