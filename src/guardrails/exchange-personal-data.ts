import type { ConversationRef, GuardedText, PersonalTokens } from '#core/turn.ts';
import type { Sealer } from '#core/sealed.ts';

import { findPersonalData } from './pii/find-personal-data.ts';
import { createTokens, type TokenEntry } from './pii/tokens.ts';

export interface TokenStore {
  load(owner: ConversationRef, sealer: Sealer): Promise<readonly TokenEntry[]>;
  save(owner: ConversationRef, sealer: Sealer, entries: readonly TokenEntry[]): Promise<void>;
}

/** Exchanges the personal data in a person's words for the conversation's tokens; secrets are masked for good. */
export const createExchange =
  (store: TokenStore) =>
  async (
    turn: { readonly owner: ConversationRef; readonly sealer: Sealer },
    text: string,
  ): Promise<{ text: GuardedText; tokens: PersonalTokens }> => {
    const known = await store.load(turn.owner, turn.sealer);
    const tokens = createTokens(known);
    const guarded = tokens.redact(text, findPersonalData(text)) as GuardedText;
    const entries = tokens.entries();
    if (entries.length > known.length) await store.save(turn.owner, turn.sealer, entries);
    return { text: guarded, tokens };
  };

export type Exchange = ReturnType<typeof createExchange>;
