import type { ScoreRules } from '#core/score-rules.ts';
import type { Received } from '#core/turn.ts';

import type { HardTrigger } from './hard-trigger.ts';
import type { Treatments } from './pii/personal-data.ts';
import type { ModerationRules } from './moderate.ts';
import type { TopicRules, Topics } from './topic.ts';

/** What one organization lets in and out. */
export interface Policy {
  /** Which hard triggers bring in a person at once. */
  readonly handOver: ReadonlySet<HardTrigger>;
  /** What other signs that a person is needed are worth, by name. */
  readonly handOverScore: ScoreRules;
  /** What is done with kinds of personal data, where that is not the usual. */
  readonly personalData: Treatments;
  readonly moderation: ModerationRules;
  readonly answers: {
    /** What is done with a sentence that no source says. */
    readonly unsupported: 'replace' | 'note';
    /** Share of the sentences that are said that may be wrong. */
    readonly wrongMax: number;
    /** Share of a model's sentences that are wrong before they are looked at, with a citation and without. */
    readonly wrongBefore: { readonly cited: number; readonly uncited: number };
  };
  readonly topicRules: TopicRules;
  readonly topics: Topics;
}

/** Told of every rule that fired, by its id, and what was done about it. */
export type OnRule = (turn: Pick<Received, 'owner' | 'turn'>, rule: string, action: string) => void;

export type PolicyOf = (organization: string) => Policy;
