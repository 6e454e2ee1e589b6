import type { GuardedText, PersonalTokens, Received } from '#core/turn.ts';
import type { Sealer } from '#core/sealed.ts';

import type { AskedType } from './pii/answer-slot.ts';
import { findPersonalData } from './pii/find-personal-data.ts';
import type { KnownValue } from './pii/known-value.ts';
import type { PersonalDataSpan, PersonalDataType, Treatments } from './pii/personal-data.ts';
import { createTokens, type TokenEntry, type Tokens } from './pii/tokens.ts';

export interface TokenStore {
  /** Those there were when the turn began. */
  read(turn: TokensOf): readonly TokenEntry[];
  save(turn: TokensOf, entries: readonly TokenEntry[]): Promise<void>;
}

type TokensOf = Pick<Received, 'owner' | 'sealer' | 'known' | 'sender'>;

/** What the platform tells of a person; where it has no name it tells the id, which is none. */
const knownOf = ({ sender: { id, displayName, email } }: TokensOf): KnownValue[] => [
  ...(displayName === id ? [] : [{ type: 'NAME' as const, value: displayName }]),
  ...(email === undefined ? [] : [{ type: 'EMAIL' as const, value: email }]),
];

/** The spans that are exchanged or masked, by the organization's rules; and which of them may not be sent at all. */
const treat = (
  spans: readonly PersonalDataSpan[],
  treatments: Treatments,
): { readonly spans: PersonalDataSpan[]; readonly refused: PersonalDataType[] } => ({
  spans: spans.flatMap((span): PersonalDataSpan[] => {
    const treatment = treatments[span.type];
    if (treatment === 'keep') return [];
    return [treatment === 'mask' || treatment === 'refuse' ? { ...span, kind: 'secret' } : span];
  }),
  refused: spans.flatMap(({ type }) => (treatments[type] === 'refuse' ? [type] : [])),
});

export interface Exchanged {
  readonly text: GuardedText;
  readonly tokens: PersonalTokens;
  /** What may not be sent here. */
  readonly refused: readonly PersonalDataType[];
}

/**
 * Exchanges the personal data in a person's words for the conversation's tokens; secrets are masked for good. `isReply`: what was
 * asked for last is in these words.
 */
export const createExchange = (store: TokenStore, treatmentsOf: (organization: string) => Treatments) => {
  // A turn has a sealer of its own, and what one of its exchanges adds the next one knows.
  const ofTurns = new WeakMap<Sealer, { readonly tokens: Tokens; savedCount: number }>();
  const open = (turn: TokensOf) => {
    const entries = store.read(turn);
    return { tokens: createTokens(entries), savedCount: entries.length };
  };
  return async (turn: TokensOf, text: string, { isReply = false } = {}): Promise<Exchanged> => {
    const known = ofTurns.get(turn.sealer) ?? open(turn);
    ofTurns.set(turn.sealer, known);
    const { tokens } = known;
    const asked = isReply ? (turn.known.asked as AskedType[]) : [];
    const found = findPersonalData(text, { known: knownOf(turn), asked });
    const { spans, refused } = treat(found, treatmentsOf(turn.owner.organization));
    const guarded = tokens.redact(text, spans) as GuardedText;
    const entries = tokens.entries();
    if (entries.length > known.savedCount) {
      await store.save(turn, entries);
      known.savedCount = entries.length;
    }
    return { text: guarded, tokens, refused };
  };
};

export type Exchange = ReturnType<typeof createExchange>;
