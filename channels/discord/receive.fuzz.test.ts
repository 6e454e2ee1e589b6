import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mutated } from '#test/support/mutated.ts';
import { flawsOf } from '#test/support/sound-event.ts';
import { toCommanded, toCommandGiven } from './commands.ts';
import { labelOf, toPress, toChanged, toInteraction, toMessage, toRead } from './receive.ts';

const folder = new URL('fixtures/', import.meta.url);
const payloads = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as unknown);
const selfId = '100000000000000001';
const changes = ['MESSAGE_UPDATE', 'MESSAGE_DELETE', 'MESSAGE_REACTION_ADD', 'MESSAGE_REACTION_REMOVE'] as const;

test('whatever a dispatch holds, it becomes a sound event or none, and never an error', () => {
  fc.assert(
    fc.property(mutated(payloads), (payload) => {
      toRead(payload, selfId);
      const interaction = toInteraction(payload);
      if (interaction) labelOf(interaction);
      const given = toCommandGiven(payload);
      const events = [
        toMessage(payload, selfId),
        interaction && toPress(interaction),
        given && toCommanded(given),
        ...changes.map((event) => toChanged(event, payload, selfId)),
      ];
      expect(events.flatMap(flawsOf)).toEqual([]);
    }),
    { numRuns: 25_000 },
  );
});
