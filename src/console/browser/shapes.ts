import type { CaseState } from '#store/cases.ts';
import type { Speaker } from '#store/messages.ts';

/** A case as the server tells it and the page draws it. Times are ISO 8601. */
export interface CaseRow {
  readonly id: string;
  readonly state: CaseState;
  readonly customer: string;
  readonly channel: string;
  readonly reason: string;
  readonly agent: string | null;
  readonly openedAt: string;
  readonly claimedAt: string | null;
  readonly closedAt: string | null;
  readonly score: number | null;
}

export interface CaseView extends CaseRow {
  readonly said: readonly { readonly speaker: Speaker; readonly text: string; readonly at: string }[];
}
