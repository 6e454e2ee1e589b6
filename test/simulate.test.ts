import { afterEach, expect, test } from 'vitest';

import { loadMasterKey } from '#privacy/master-key.ts';

import { printSimulation } from '../src/commands/simulate.ts';
import { readConfig } from '../src/config.ts';
import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let street: BarePlatform;
let app: TestApp;
afterEach(() => app[Symbol.asyncDispose]());

let count = 0;
const ask = async (person: string, text: string): Promise<void> => {
  count += 1;
  const event = { id: `q${count}`, kind: 'message', text, setting: 'direct', addressed: true } as const;
  await street.tell({ ...street.from(person, person), ...event });
  await app.app.settled();
};
const file = new URL('support/empty.yaml', import.meta.url).pathname;
const settings = (overrides: Record<string, unknown> = {}) => readConfig({ FIRSTLINE_CONFIG: file }, overrides);

test('other settings are tried on what was said: how many more and fewer, which, and why', async () => {
  street = createBarePlatform('discord');
  app = await openTestApp({ channels: [street.channel] });
  // The model of this story cites nothing, so each of these is a question that no page answered.
  await ask('Ada', 'When does my parcel to Bergen arrive?');
  await ask('Ada', 'But when will the parcel to Bergen arrive?');
  await ask('Bob', 'My lawyer will hear of this');
  await ask('Cem', 'I want to talk to a human');
  const lines: string[] = [];
  const { key } = loadMasterKey(undefined, app.dataFolder);
  const tried = settings({ guardrails: { handOver: ['self_harm'], handOverScore: { handOverAt: 4 } } });
  const strict = settings({ guardrails: { handOverScore: { handOverAt: 100 } } });
  await printSimulation(app.store, key, { present: strict, proposed: tried, days: 1, max: 10 }, (line) =>
    lines.push(line),
  );
  const told = lines.join('\n');
  expect(told).toContain('4 questions in 3 conversations of the last 1 days.');
  expect(told).toMatch(/as it is set now +2 +2 +66\.7 %/);
  expect(told).toMatch(/as proposed +2 +2 +66\.7 %/);
  expect(told).toMatch(
    /But when will the parcel to Bergen arrive\? +2 questions in a row that no page answers; asked again/,
  );
  expect(told).toMatch(
    /Would not be handed over any more:\s+\S+ \S+ +discord +My lawyer will hear of this +trigger: legal/,
  );
});

test('several signs together open a case behind the answer, and the card names them all', async () => {
  street = createBarePlatform('discord');
  app = await openTestApp({
    channels: [street.channel],
    settings: { desk: { channel: 'discord', room: 'desk' }, guardrails: { handOverScore: { handOverAt: 4 } } },
  });
  await ask('Ada', 'When does my parcel to Bergen arrive?');
  expect(await app.store.query('select 1 from support_case')).toEqual([]);
  await ask('Ada', 'But when will the parcel to Bergen arrive?');
  const [found] = await app.store.query<{ reason: string }>('select reason from support_case');
  expect(found?.reason).toBe('2 questions in a row that no page answers; asked again in other words');
});
