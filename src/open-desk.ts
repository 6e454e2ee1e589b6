import type { Channel } from '#core/channel.ts';
import type { CaseDraft, Received } from '#core/turn.ts';
import { draftCase } from '#escalation/case-draft.ts';
import type { Exchange } from '#guardrails/exchange-personal-data.ts';
import { findConversation } from '#store/conversations.ts';
import { messagesAfter } from '#store/messages.ts';
import type { Store } from '#store/open.ts';

export interface DeskSettings {
  readonly store: Store;
  readonly exchange: Exchange;
  readonly channel: Channel | undefined;
  readonly room: string;
}

export type DraftCase = (turn: Received, reason: string, speaker?: string) => Promise<CaseDraft | null>;

/** Turns on either side of a conversation that an agent reads on the card. */
const lastTurns = 6;

/** Drafts a case for the desk with what was said last, personal data restored; null where there is no desk. */
export const openDesk =
  ({ store, exchange, channel, room }: DeskSettings): DraftCase =>
  async (turn, reason, speaker = 'customer') => {
    const thread = channel?.room?.(room);
    if (!channel || !thread) return null;
    const found = await findConversation(store, turn.owner.conversation);
    const { tokens } = await exchange(turn, '');
    const rows = found ? await messagesAfter(store, turn.owner, 0, lastTurns) : [];
    const transcript = rows.map((row) => ({
      speaker: row.speaker,
      text: tokens.restore(turn.sealer.open(row.body, 'message')),
    }));
    return draftCase({ channel: channel.name, thread }, turn, reason, [...transcript, { speaker, text: turn.text }]);
  };
