import { Halt } from '#core/stage.ts';
import type { Admitted, GuardedText, InputGuarded } from '#core/turn.ts';

import { findPersonalData } from './pii/find-personal-data.ts';
import { createTokens, type TokenEntry } from './pii/tokens.ts';

export interface GuardInputParts {
  readonly wantsHuman: (text: string) => boolean;
  /** The conversation's tokens so far, and where the new ones are kept. */
  readonly loadTokens: (turn: Admitted) => Promise<readonly TokenEntry[]>;
  readonly saveTokens: (turn: Admitted, entries: readonly TokenEntry[]) => Promise<void>;
  readonly handoverText: string;
}

/** Exchanges personal data for tokens before anything else sees the words; a request for a human ends the turn at one. */
export const guardInput =
  ({ wantsHuman, loadTokens, saveTokens, handoverText }: GuardInputParts) =>
  async (turn: Admitted): Promise<InputGuarded | Halt> => {
    if (turn.pressedHuman || wantsHuman(turn.text)) return new Halt('asked_for_human', { tell: handoverText, escalate: 'asked for a person' });
    const known = await loadTokens(turn);
    const tokens = createTokens(known);
    const question = tokens.redact(turn.text, findPersonalData(turn.text)) as GuardedText;
    const entries = tokens.entries();
    if (entries.length > known.length) await saveTokens(turn, entries);
    return { ...turn, question, tokens, restricted: false };
  };
