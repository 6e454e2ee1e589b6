import type { GuardedText, Received } from '#core/turn.ts';
import { turnOfEvent } from '#store/inbox.ts';
import { replaceSaid } from '#store/messages.ts';
import type { Store } from '#store/open.ts';

import { readEvent } from './inbox.ts';

export interface UnsayParts {
  readonly store: Store;
  readonly exchange: (turn: Received, text: string) => Promise<{ readonly text: GuardedText }>;
}

/** What a message said that was changed or taken back since is not remembered: its turn keeps what else was said in it. */
export const createUnsay =
  ({ store, exchange }: UnsayParts) =>
  async (turn: Received, changed: number): Promise<void> => {
    const found = await turnOfEvent(store, turn.owner, changed);
    if (!found) return;
    const left = found.events
      .filter((event) => event.position !== changed)
      .map((event) => readEvent(turn.sealer, event.body))
      .filter((event) => event.from === 'customer' && event.kind === 'message' && event.text !== '')
      .map((event) => event.text);
    const { text } = await exchange(turn, left.join('\n\n'));
    await replaceSaid(store, turn.owner, found.turn, left.length === 0 ? null : turn.sealer.seal(text, 'message'));
  };
