/** What each sign is worth, and from what sum on a person takes over. */
export interface ScoreRules {
  readonly handOverAt: number;
  /** Each question in a row that no page answered, the present one included. */
  readonly missed: number;
  readonly missedMax: number;
  /** The same is asked again in other words. */
  readonly repeated: number;
  readonly upset: number;
  readonly angry: number;
  /** In a worse mood than at the question before. */
  readonly worse: number;
  /** The conversation has gone on for more than `longTurns` turns. */
  readonly long: number;
  readonly longTurns: number;
  /** Given to everybody of an organization whose people are to reach a person sooner. */
  readonly important: number;
}
