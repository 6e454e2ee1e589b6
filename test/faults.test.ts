import { expect, test } from 'vitest';

import { breakNames, brokenTree } from '../bench/faults/broken.ts';
import { mistakes } from '../bench/faults/judge.ts';
import { describe } from '../bench/faults/report.ts';
import { type FaultsOptions, runFaults } from '../bench/faults/run.ts';

/** Two processes need one server between them; the embedded database has one process. */
const server = process.env['DATABASE_URL'] ?? '';

/** What went wrong in a short play, told so that one can look into it. */
const play = async (options: Partial<FaultsOptions>): Promise<{ what: string; told: string }[]> => {
  const usual = { server, turns: 60, seed: 1, scale: 1, killsMax: 0, patienceMs: 20_000, settleMs: 90_000 };
  const verdict = await runFaults({ ...usual, ...options });
  return verdict.offences
    .filter(({ what }) => mistakes.some((mistake) => mistake === what))
    .map((offence) => ({ what: offence.what, told: describe(offence, verdict) }));
};

test.skipIf(server === '')(
  'with faults on every platform and a process killed, nothing is lost, said twice or left half said',
  async () => {
    const found = await play({ killsMax: 1, killEveryMs: [5000, 8000] });
    expect(found.map(({ told }) => told).join('\n\n')).toBe('');
  },
  240_000,
);

test.skipIf(server === '')(
  'that play sees it when an event that comes twice is taken for two',
  async () => {
    const found = await play({ turns: 20, scale: 3, broken: 'dedupe', patienceMs: 5000, settleMs: 20_000 });
    expect(found.map(({ what }) => what)).toContain('duplicated');
  },
  240_000,
);

test('what the broken builds take away is still there to be taken', async () => {
  for (const name of breakNames) await brokenTree(name)[Symbol.asyncDispose]();
});
