import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { FilesRead, GuardedFile, GuardedText, InputGuarded } from '#core/turn.ts';

import type { Exchange } from './exchange-personal-data.ts';

export interface GuardInputParts {
  readonly wantsHuman: (text: string) => boolean;
  readonly exchange: Exchange;
  readonly say: Say;
}

/** Exchanges personal data for tokens, in what was written and in files, before anything else sees the words; a request for a human ends the turn at one. */
export const guardInput =
  ({ wantsHuman, exchange, say }: GuardInputParts) =>
  async (turn: FilesRead): Promise<InputGuarded | Halt> => {
    if (turn.pressedHuman || wantsHuman(turn.text))
      return new Halt('asked_for_human', { tell: say(turn, 'handover'), escalate: 'asked for a person' });
    const { text, tokens } = await exchange(turn, turn.text);
    const guard = async (words: string): Promise<GuardedText> => (await exchange(turn, words)).text;
    const files: GuardedFile[] = [];
    for (const file of turn.texts)
      files.push({ name: await guard(file.name), text: await guard(file.isCut ? `${file.text}\n[…]` : file.text) });
    return { ...turn, question: text, files, tokens, restricted: false };
  };
