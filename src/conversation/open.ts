import { createHash } from 'node:crypto';

import type { Sender, ThreadKey } from '#core/channel.ts';
import type { Clock } from '#core/clock.ts';
import type { Sealer, Vault } from '#core/sealed.ts';
import { Halt } from '#core/stage.ts';
import type { Opened, Received } from '#core/turn.ts';
import { findConversation } from '#store/conversations.ts';
import { waitingEvents } from '#store/inbox.ts';
import type { Store } from '#store/open.ts';

import { readEvent, type StoredEvent } from './inbox.ts';

/** The same for every try at the same messages, so that a try after a crash goes on where the last one ended. */
export const turnId = (conversation: string, positions: readonly number[]): string => {
  const hex = createHash('sha256')
    .update(`${conversation}:${Math.min(...positions)}`)
    .digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export interface WaitingEvent extends StoredEvent {
  readonly position: number;
}

/**
 * At most `eventsMax` waiting events of a conversation, readable, as they were written: a platform may deliver two at once
 * and in either order.
 */
export const readWaiting = async (
  store: Store,
  sealer: Sealer,
  conversation: string,
  eventsMax: number,
): Promise<WaitingEvent[]> => {
  const rows = await waitingEvents(store, conversation, eventsMax);
  return rows
    .map((row) => ({ ...readEvent(sealer, row.body), position: row.position }))
    .toSorted((a, b) => a.sentAt.localeCompare(b.sentAt) || a.position - b.position);
};

/** The button that asks for a human, wherever we show one. */
export const humanAction = 'human';

/** Which conversation, which person, and what they said. */
export const open =
  ({
    store,
    vault,
    clock,
    textLengthMax,
    tooLongText,
  }: {
    store: Store;
    vault: Vault;
    clock: Clock;
    textLengthMax: number;
    tooLongText: string;
  }) =>
  async (turn: Received): Promise<Opened | Halt> => {
    const found = await findConversation(store, turn.owner.conversation);
    if (!found) return new Halt('erased');
    const sealer = vault.unwrap(found.wrappedKey);
    const wanted = new Set(turn.positions);
    const events = (await readWaiting(store, sealer, turn.owner.conversation, 1000)).filter((event) =>
      wanted.has(event.position),
    );
    const opened: Opened = {
      ...turn,
      turn: { id: turnId(turn.owner.conversation, turn.positions), startedAt: clock.now() },
      channel: found.channel,
      thread: sealer.open(found.thread, 'thread') as ThreadKey,
      sender: JSON.parse(sealer.open(found.profile, 'profile')) as Sender,
      sealer,
      text: events
        .filter((event) => event.kind === 'message')
        .map((event) => event.text)
        .join('\n\n'),
      pressedHuman: events.some((event) => event.action === humanAction),
    };
    if (events.some((event) => event.textLength > textLengthMax))
      return new Halt('too_long', { tell: tooLongText, offersHuman: true });
    if (opened.text === '' && !opened.pressedHuman) return new Halt('nothing_to_answer');
    return opened;
  };
