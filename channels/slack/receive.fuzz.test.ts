import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutated } from '#test/support/mutated.ts';
import { flawsOf } from '#test/support/sound-event.ts';
import { placesOf, directRoomOf, toAsking, toInboundEvent } from './receive.ts';
import type { Json } from './verify.ts';

const folder = new URL('fixtures/', import.meta.url);
const payloads = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown);
const identity = { team: 'T1', botUser: 'UBOT' };

test('whatever a payload holds, it becomes a sound event or none, and never an error', () => {
  fc.assert(
    fc.property(mutated(payloads), (payload) => {
      const body = (typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? payload : {}) as Json;
      placesOf(body);
      toAsking(body);
      directRoomOf(body);
      expect(flawsOf(toInboundEvent(body, identity))).toEqual([]);
    }),
    { numRuns: 25_000 },
  );
});
