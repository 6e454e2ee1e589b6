import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refused } from '#core/errors.ts';
import { asText, mutated } from '#test/support/mutated.ts';
import { flawsOf } from '#test/support/sound-event.ts';
import type { Form } from './form.ts';
import { toInbound, toInboundDelivery } from './receive.ts';

const ours = { accountSid: `AC${'0'.repeat(32)}`, from: ['+15550001111'], answersHelp: true };
const folder = new URL('fixtures/', import.meta.url);
const payloads = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Form);

/** A form holds texts and lists of texts only. */
const toForm = (payload: unknown): Form =>
  Object.fromEntries(
    Object.entries(typeof payload === 'object' && payload !== null ? payload : {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(asText) : asText(value),
    ]),
  );

const unlessRefused = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
};

test('whatever a form holds, it becomes a sound event, none or a refusal, and never another error', () => {
  fc.assert(
    fc.property(mutated(payloads), (payload) => {
      const form = toForm(payload);
      expect(flawsOf(unlessRefused(() => toInbound(form, ours)))).toEqual([]);
      expect(flawsOf(unlessRefused(() => toInboundDelivery(form, ours.accountSid, null)))).toEqual([]);
    }),
    { numRuns: 25_000 },
  );
});
