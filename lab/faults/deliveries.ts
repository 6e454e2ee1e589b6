import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from './faults.ts';
import type { Point } from './script.ts';

/** Which copy of one event is sent: 0 is the event itself. */
export interface Copy {
  readonly number: number;
  /** As if it were another event. */
  readonly hasNewId: boolean;
}

/** Sends one event to the bot, known by one or more names, as the faults want it; resolves with the answer to the event itself. */
export type Carry = <Answer>(
  names: readonly string[],
  send: (copy: Copy) => Promise<Answer>,
  point?: Point,
) => Promise<Answer>;

export const createCarry = (faults: Faults): Carry => {
  let release: (() => void) | null = null;

  return async (names, send, point = 'delivery') => {
    const fault = faults.pick(point, ...names);
    const overtaken = release;
    release = null;
    const original = { number: 0, hasNewId: false };
    try {
      if (fault?.fault === 'duplicate') {
        const first = send(original);
        const copies = Array.from({ length: fault.copies }, (_, index) => send({ number: index + 1, hasNewId: false }));
        await Promise.allSettled([first, ...copies]);
        return await first;
      }
      if (fault?.fault === 'redeliver_new_id') {
        const answer = await send(original);
        await Promise.allSettled([send({ number: 1, hasNewId: true })]);
        return answer;
      }
      if (fault?.fault === 'delay') await sleep(fault.ms, undefined, { ref: false });
      if (fault?.fault === 'reorder') {
        const { promise, resolve } = Promise.withResolvers<void>();
        release = resolve;
        await Promise.race([promise, sleep(fault.heldMs, undefined, { ref: false })]);
      }
      return await send(original);
    } finally {
      overtaken?.();
    }
  };
};
