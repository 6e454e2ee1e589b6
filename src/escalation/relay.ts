import type { ThreadKey } from '#core/channel.ts';
import { Halt } from '#core/stage.ts';
import type { Obeyed, Relayed } from '#core/turn.ts';
import { openCase } from '#store/cases.ts';
import type { Store } from '#store/open.ts';

import { cardKey } from './case-draft.ts';
import { toTicket } from './desk-messages.ts';
import type { ShareFiles } from './share-files.ts';

export interface RelayParts {
  readonly store: Store;
  /** Characters of one message that are kept. */
  readonly keptLengthMax: number;
  readonly share: ShareFiles;
}

const consentNotes = {
  withdrawn:
    '_asked not to be written to any more. Nothing that is written here reaches them until they ask for it again._',
  given: '_asked to be written to again._',
} as const;

/** A person has the conversation: pass the words on, and let the assistant be silent. */
export const relay =
  ({ store, keptLengthMax, share }: RelayParts) =>
  async (turn: Obeyed): Promise<Relayed | Halt> => {
    const found = turn.known.hasCase ? await openCase(store, turn.owner.conversation) : null;
    if (!found)
      return turn.text === '' && turn.isChange ? new Halt('nothing_to_answer') : { ...turn, voice: 'assistant' };
    const wordless = turn.isChange ? '_took a message back_' : '_asked for a person again_';
    const consent = turn.consent && consentNotes[turn.consent];
    const cut = `_The rest is not here: it was ${turn.longestLength} characters long._`;
    const words = turn.longestLength > keptLengthMax ? `${turn.text}\n\n${cut}` : turn.text;
    const shared = await share(turn.channel, turn.attachments);
    const lacking = shared.missing.length > 0 && `_Could not be had here: ${shared.missing.join(', ')}._`;
    const said = turn.text === '' ? (consent ?? wordless) : [words, consent, lacking].filter(Boolean).join('\n\n');
    const toThread = { channel: found.channel, thread: '' as ThreadKey, follows: cardKey(found.id) };
    return new Halt('relayed', {
      forward: [
        {
          key: `${turn.turn.id}:relay`,
          ...toThread,
          message: {
            text: `**${turn.sender.displayName}** (${turn.channel})${turn.isChange && turn.text !== '' ? ' now says' : ''}:\n\n${said}`,
          },
        },
        ...toTicket({ turnId: turn.turn.id }, found, `**${turn.sender.displayName}**: ${said}`),
        ...shared.files.map(({ file }, index) => ({
          key: `${turn.turn.id}:relay:file:${index + 1}`,
          ...toThread,
          message: { text: '', file },
        })),
      ],
      shares: shared.files.map(({ kept }) => kept),
    });
  };
