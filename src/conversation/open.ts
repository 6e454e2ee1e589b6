import { createHash } from 'node:crypto';

import type { Sender, ThreadKey } from '#core/channel.ts';
import type { Sealer } from '#core/sealed.ts';
import { Halt } from '#core/stage.ts';
import type { Opened, Received } from '#core/turn.ts';
import type { TakenLane, WaitingRow } from '#store/conversations.ts';

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
  readonly isFresh: boolean;
}

/** What waits, readable, as it was written: a platform may deliver two events at once and in either order. */
export const readWaiting = (sealer: Sealer, rows: readonly WaitingRow[]): WaitingEvent[] =>
  rows
    .map(({ body, ...row }) => ({ ...readEvent(sealer, body), ...row }))
    .toSorted(
      (a, b) =>
        a.sentAt.localeCompare(b.sentAt) || (a.order ?? '').localeCompare(b.order ?? '') || a.position - b.position,
    );

/** The button that asks for a human, wherever we show one. */
export const humanAction = 'human';

/** A turn at these events of a conversation, as the lane handed them out. */
export const toTurn = (
  { row, hasCase }: TakenLane,
  sealer: Sealer,
  events: readonly WaitingEvent[],
  now: Date,
): Received => {
  const positions = events.map((event) => event.position);
  return {
    owner: { organization: row.organization, person: row.person, conversation: row.conversation },
    fence: row.fence,
    positions,
    turn: {
      id: turnId(row.conversation, positions),
      startedAt: now,
      isFirstTry: events.every((event) => event.isFresh),
    },
    known: { summary: row.summary, summarizedThrough: row.summarizedThrough, tokens: row.tokens, hasCase },
    channel: row.channel,
    thread: sealer.open(row.thread, 'thread') as ThreadKey,
    sender: JSON.parse(sealer.open(row.profile, 'profile')) as Sender,
    sealer,
    isFirstContact: row.disclosedAt === null,
    text: events
      .filter((event) => event.kind === 'message')
      .map((event) => event.text)
      .join('\n\n'),
    longestLength: Math.max(...events.map((event) => event.textLength)),
    pressedHuman: events.some((event) => event.action === humanAction),
    mayBeInterrupted: false,
  };
};

/** Turns away what cannot be read as a question. */
export const open =
  ({ textLengthMax, tooLongText }: { textLengthMax: number; tooLongText: string }) =>
  async (turn: Received): Promise<Opened | Halt> => {
    if (turn.longestLength > textLengthMax) return new Halt('too_long', { tell: tooLongText, offersHuman: true });
    if (turn.text === '' && !turn.pressedHuman) return new Halt('nothing_to_answer');
    return { ...turn, opened: true };
  };
