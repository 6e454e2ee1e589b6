import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutated } from '#test/support/mutated.ts';
import { flawsOf } from '#test/support/sound-event.ts';
import { tenantOf } from './activity.ts';
import { toEvent } from './receive.ts';

const folder = new URL('fixtures/', import.meta.url);
const payloads = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown);

test('whatever an activity holds, it becomes a sound event or none, and never an error', () => {
  fc.assert(
    fc.property(mutated(payloads), (payload) => {
      tenantOf(payload);
      expect(flawsOf(toEvent(payload))).toEqual([]);
    }),
    { numRuns: 25_000 },
  );
});
