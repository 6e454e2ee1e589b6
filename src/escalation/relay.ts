import type { ThreadKey } from '#core/channel.ts';
import { Halt } from '#core/stage.ts';
import type { Opened, Relayed } from '#core/turn.ts';
import { openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';

import { cardKey } from './case-draft.ts';

/** A person has the conversation: pass the words on, and let the assistant be silent. */
export const relay =
  ({ store }: { store: Store }) =>
  async (turn: Opened): Promise<Relayed | Halt> => {
    const found = turn.known.hasCase ? await openCase(store, turn.owner.conversation) : null;
    if (!found) return { ...turn, voice: 'assistant' };
    const text = turn.text === '' ? '_asked for a person again_' : turn.text;
    return new Halt('relayed', {
      forward: [
        {
          key: `${turn.turn.id}:relay`,
          channel: found.channel,
          thread: '' as ThreadKey,
          follows: cardKey(found.id),
          message: { text: `**${turn.sender.displayName}** (${turn.channel}):\n\n${text}` },
        },
      ],
    });
  };
