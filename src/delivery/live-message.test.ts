import { expect, test } from 'vitest';

import { ChannelError } from '#core/errors.ts';

import { createLiveMessage } from './live-message.ts';

const pace = { intervalMs: 2000, intervalMaxMs: 10_000, growthMin: 1, patienceMs: 1 };

/** Shows one text after another; each write ends as told. Resolves with how long it waited after each. */
const waitsOf = async (outcomes: readonly ('written' | 'budget')[]): Promise<number[]> => {
  const waits: number[] = [];
  let tries = 0;
  const over = Promise.withResolvers<void>();
  const live = createLiveMessage({
    pace,
    clock: {
      now: () => new Date(),
      wait: async (ms) => {
        waits.push(ms);
        live.show(`text ${tries}`);
        if (tries < outcomes.length) return;
        over.resolve();
        await new Promise(() => undefined);
      },
    },
    write: async () => {
      tries += 1;
      if (outcomes[tries - 1] === 'budget')
        throw new ChannelError('teams', 'rate_limited', 'budget', { retryAfterMs: 200 });
    },
  });
  live.show('text');
  await over.promise;
  return waits;
};

test('who sees nothing yet sees the first words as soon as the budget lets them', async () => {
  const [first = Infinity] = await waitsOf(['budget']);
  expect(first).toBeLessThanOrEqual(300);
});

test('what is seen already changes at its pace, and slower when the budget runs short', async () => {
  const [, afterRefusal = 0] = await waitsOf(['written', 'budget']);
  expect(afterRefusal).toBeGreaterThanOrEqual(1000);
});
