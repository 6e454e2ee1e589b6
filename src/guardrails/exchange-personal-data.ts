import type { GuardedText, PersonalTokens, Received } from '#core/turn.ts';
import type { Sealer } from '#core/sealed.ts';

import type { AskedType } from './pii/answer-slot.ts';
import { findPersonalData } from './pii/find-personal-data.ts';
import type { KnownValue } from './pii/known-value.ts';
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

/**
 * Exchanges the personal data in a person's words for the conversation's tokens; secrets are masked for good. `isReply`: what was
 * asked for last is in these words.
 */
export const createExchange = (store: TokenStore) => {
  // A turn has a sealer of its own, and what one of its exchanges adds the next one knows.
  const ofTurns = new WeakMap<Sealer, { readonly tokens: Tokens; savedCount: number }>();
  const open = (turn: TokensOf) => {
    const entries = store.read(turn);
    return { tokens: createTokens(entries), savedCount: entries.length };
  };
  return async (
    turn: TokensOf,
    text: string,
    { isReply = false } = {},
  ): Promise<{ text: GuardedText; tokens: PersonalTokens }> => {
    const known = ofTurns.get(turn.sealer) ?? open(turn);
    ofTurns.set(turn.sealer, known);
    const { tokens } = known;
    const guarded = tokens.redact(
      text,
      findPersonalData(text, { known: knownOf(turn), asked: isReply ? (turn.known.asked as AskedType[]) : [] }),
    ) as GuardedText;
    const entries = tokens.entries();
    if (entries.length > known.savedCount) {
      await store.save(turn, entries);
      known.savedCount = entries.length;
    }
    return { text: guarded, tokens };
  };
};

export type Exchange = ReturnType<typeof createExchange>;
