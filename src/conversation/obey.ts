import type { Say } from '#core/sentences.ts';
import { Halt } from '#core/stage.ts';
import type { Obeyed, Opened } from '#core/turn.ts';
import { openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';

export interface ObeyParts {
  readonly store: Store;
  readonly say: Say;
  readonly name: string;
}

/** Does what a person asked for by a command: tells who answers them, or forgets what was said. */
export const obey =
  ({ store, say, name }: ObeyParts) =>
  async (turn: Opened): Promise<Obeyed | Halt> => {
    if (turn.command === null) return { ...turn, obeyed: true };
    if (turn.command === 'forget') return new Halt('forgotten', { tell: say(turn, 'forgotten'), forgets: true });
    const found = turn.known.hasCase ? await openCase(store, turn.owner.conversation) : null;
    if (!found) return new Halt('status', { tell: say(turn, 'status', { name }), offersHuman: true });
    if (!found.claimedName) return new Halt('status', { tell: say(turn, 'statusWaiting') });
    const agent = turn.sealer.open(found.claimedName, 'agent');
    return new Halt('status', { tell: say(turn, 'statusClaimed', { agent }) });
  };
