export interface Passage {
  readonly id: string;
  readonly document: string;
  readonly title: string;
  readonly url?: string;
  readonly heading: string;
  readonly text: string;
  readonly score: number;
}
