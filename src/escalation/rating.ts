import type { Action, ThreadKey } from '#core/channel.ts';
import type { Say } from '#core/sentences.ts';
import type { Opened, Outgoing } from '#core/turn.ts';
import { caseById } from '#store/cases.ts';
import { isWithdrawn } from '#store/consent.ts';
import { wasAskedWithin } from '#store/csat.ts';
import type { Store } from '#store/open.ts';

import { cardKey } from './case-draft.ts';
import type { DeskTurn } from './desk-messages.ts';

export interface RatingParts {
  readonly store: Store;
  readonly say: Say;
  /** Milliseconds in which one person is asked no second time; 0: nobody is ever asked. */
  readonly restMs: number;
}

const scores = [1, 2, 3, 4, 5] as const;

/** A button for each score, which names the case: the press may come much later. */
const toActions = (id: string): Action[] => scores.map((score) => ({ id: `rate:${score}:${id}`, label: `${score}` }));

/** The question how a case was handled, in the place where the person is answered; null for whom it is not to be asked. */
export const createAskRating =
  ({ store, say, restMs }: RatingParts) =>
  async (turn: DeskTurn, id: string): Promise<Omit<Outgoing, 'key'> | null> => {
    if (restMs === 0 || (await wasAskedWithin(store, turn.owner, restMs))) return null;
    if (await isWithdrawn(store, turn.owner, turn.channel)) return null;
    const message = { text: say(turn, 'rate'), actions: toActions(id) };
    return { channel: turn.channel, thread: turn.thread, message };
  };

export type AskRating = ReturnType<typeof createAskRating>;

/** What the agents of a case read in its thread of how the person found it handled. */
export const createTellRating =
  (store: Store) =>
  async (turn: Opened, { id, score }: { readonly id: string; readonly score: number }): Promise<Outgoing[]> => {
    const found = await caseById(store, turn.owner, id);
    if (!found) return [];
    const text = `**${turn.sender.displayName}** rated this case ${score} of ${scores.length}.`;
    const { channel } = found;
    return [
      { key: `${turn.turn.id}:rated`, channel, thread: '' as ThreadKey, follows: cardKey(id), message: { text } },
    ];
  };
