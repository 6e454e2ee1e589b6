import { setTimeout as sleep } from 'node:timers/promises';

import type { Seat } from '#lab/platforms.ts';

const lookMs = 500;
/** Reading a case takes an agent so long; what the customer writes meanwhile is passed on to the desk. */
const readMs = 4000;

export interface Agent extends AsyncDisposable {
  /** The messages that were the card of each case: one, where all is well. */
  readonly cards: ReadonlyMap<string, ReadonlySet<string>>;
}

/** An agent in the desk's room who resolves every case, so that the assistant answers again. `onSeen` hears of every message there. */
export const startAgent = (seat: Seat, onSeen: (text: string) => void): Agent => {
  const ending = new AbortController();
  const seen = new Map<string, string>();
  const resolved = new Set<string>();
  const cards = new Map<string, Set<string>>();
  const foundAt = new Map<string, number>();

  const act = async (): Promise<void> => {
    for (const message of seat.pane.view(seat.room).messages) {
      if (message.author.role !== 'bot') continue;
      if (seen.get(message.id) !== message.text) {
        seen.set(message.id, message.text);
        onSeen(message.text);
      }
      const resolve = message.actions.find(({ id }) => id.startsWith('resolve:'));
      if (!resolve) continue;
      cards.set(resolve.id, (cards.get(resolve.id) ?? new Set()).add(message.id));
      if (resolved.has(resolve.id)) continue;
      foundAt.set(resolve.id, foundAt.get(resolve.id) ?? Date.now());
      if (Date.now() - (foundAt.get(resolve.id) ?? 0) < readMs) continue;
      const press = { room: seat.room, user: seat.user, message: message.id, action: resolve.id };
      // Where nobody answers, the agent presses again.
      await seat.pane.press(press).then(
        () => resolved.add(resolve.id),
        () => undefined,
      );
    }
  };

  const work = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await act();
      await sleep(lookMs, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const working = work();
  return {
    cards,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await working;
    },
  };
};
