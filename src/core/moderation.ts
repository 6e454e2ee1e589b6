import type { GuardedText } from './turn.ts';

/** Kinds of harm, over all providers. */
export const harms = [
  'self_harm',
  'violence',
  'weapons',
  'sexual',
  'sexual_minors',
  'hate',
  'harassment',
  'illicit',
  'privacy',
  'advice',
  'defamation',
  'intellectual_property',
  'elections',
  'code_abuse',
] as const;
export type Harm = (typeof harms)[number];

/**
 * What is done about a kind of harm, from the mildest to the gravest:
 * `restrict` answers without links and files, `refuse` says no, `person` hands over, `support` hands over with words of support.
 */
export const harmActions = ['allow', 'note', 'restrict', 'refuse', 'person', 'support'] as const;
export type HarmAction = (typeof harmActions)[number];

/** Somebody else's judgement of what a person wrote: words in which personal data is exchanged for tokens are all they are given. */
export interface Moderator {
  readonly name: string;
  /** The kinds of harm that were seen. Rejects when it cannot tell. */
  check(text: GuardedText, signal: AbortSignal): Promise<readonly Harm[]>;
}

/** What moderation says of a turn. */
export interface ModerationVerdict {
  readonly action: HarmAction;
  /** Which harm, or that nobody could tell, by the name of a rule. */
  readonly rules: readonly string[];
}
