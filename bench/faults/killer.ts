import { setTimeout as sleep } from 'node:timers/promises';

import type { Random } from '../random.ts';
import type { Worker } from './workers.ts';

export interface Killing {
  readonly at: number;
  readonly worker: string;
  readonly downMs: number;
}

export interface Killer extends AsyncDisposable {
  readonly killings: readonly Killing[];
}

export interface KillerOptions {
  readonly workers: readonly Worker[];
  readonly random: Random;
  /** Least and most time between two killings. */
  readonly everyMs: readonly [number, number];
  readonly killsMax: number;
}

const bothShare = 0.15;

/** Ends the workers at chance moments, mostly one, at times both. */
export const startKiller = ({ workers, random, everyMs, killsMax }: KillerOptions): Killer => {
  const ending = new AbortController();
  const killings: Killing[] = [];
  const [first, ...others] = workers;
  if (!first) throw new Error('There is no worker to kill.');

  const work = async (): Promise<void> => {
    while (!ending.signal.aborted && killings.length < killsMax) {
      await sleep(random.between(...everyMs), undefined, { signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted) return;
      const chosen = random.chance(bothShare) ? workers : [random.pick([first, ...others])];
      for (const worker of chosen) {
        if (!worker.isUp() || killings.length >= killsMax) continue;
        const downMs = random.between(500, 4000);
        killings.push({ at: Date.now(), worker: worker.name, downMs });
        worker.kill(downMs);
      }
    }
  };
  const working = work();
  return {
    killings,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await working;
    },
  };
};
