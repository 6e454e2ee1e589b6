import { setTimeout as wait } from 'node:timers/promises';

import { afterEach, expect, test } from 'vitest';

import { createRandom } from '../bench/random.ts';
import { type BarePlatform, createBarePlatform, type Shown } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

/** Two may speak to a customer, the assistant and an agent, and never both. */
let street: BarePlatform;
let app: TestApp;
afterEach(() => app[Symbol.asyncDispose]());

const open = async (settings: object = {}): Promise<void> => {
  street = createBarePlatform('discord');
  app = await openTestApp({
    channels: [street.channel],
    settings: {
      desk: { channel: 'discord', room: 'desk', ...settings },
      guardrails: { handOverScore: { handOverAt: 100 } },
      limits: {
        perPerson: { size: 10_000, refillPerMinute: 10_000 },
        perOrganization: { size: 10_000, refillPerMinute: 10_000 },
      },
    },
  });
};
const cardOf = (person: string): Promise<Shown> =>
  street.sees(({ title, actions }) => title === `${person} needs a person` && (actions?.length ?? 0) > 0);
/** Presses a button of the card, which works from the moment on that it can be seen. */
const presses = (card: Shown, act: 'claim' | 'reply', id: string, text?: string): Promise<void> => {
  const { id: action = '' } = card.actions?.find((one) => one.id.startsWith(`${act}:`)) ?? {};
  return street.tell({
    ...street.from('Ana', `thread ${card.id}`),
    kind: 'action',
    id,
    action,
    ...(text === undefined ? {} : { text }),
  });
};
const shownTo = (person: string): readonly Shown[] => street.shown().filter(({ thread }) => thread === person);

/** Each run of the suite plays a part of it; VOICES=all plays all 200 races and 500 answers. */
const isWhole = process.env['VOICES'] === 'all';
const runs = isWhole ? 200 : 50;
const atOnce = 10;

test('while an answer is made the customer asks for a person, an agent claims, and both write on: never both voices', async () => {
  await open();
  const live = async (seed: number): Promise<void> => {
    const random = createRandom(`voices ${seed}`);
    const person = `P${seed}`;
    const [before, between] = [random.between(0, 12), random.between(0, 6)];
    app.model.next(async function* () {
      for (let piece = 0; piece < 4; piece += 1) {
        yield 'Assistant piece of words. ';
        await wait(between);
      }
    });
    const asked = street.say(`${person}-1`, 'Where is my parcel?', person, person);
    await wait(before);
    await street.say(`${person}-2`, 'I want to talk to a human', person, person);
    await asked;
    const card = await cardOf(person);
    const late = [
      () => presses(card, 'claim', `${person}-a`),
      () => street.say(`${person}-3`, 'Where is my parcel now?', person, person),
      () => presses(card, 'reply', `${person}-b`, `Agent for ${person}.`),
    ];
    const order = random.chance(0.5) ? late : late.toReversed();
    await Promise.all(order.map((act) => act()));
    await street.sees(({ thread, text }) => thread === person && text.includes(`Agent for ${person}.`));
  };
  const seeds = Array.from({ length: runs }, (_, seed) => seed);
  while (seeds.length > 0) await Promise.all(seeds.splice(0, atOnce).map(live));
  await app.app.settled();
  for (let seed = 0; seed < runs; seed += 1) {
    const person = `P${seed}`;
    const seen = shownTo(person);
    const since = seen.findIndex(({ text }) => text.startsWith('You are now talking with'));
    expect(since, `${person} was told who has the case`).toBeGreaterThanOrEqual(0);
    const after = seen.slice(since).map(({ text }) => text);
    expect(
      after.filter((text) => /Assistant piece|You asked/.test(text)),
      person,
    ).toEqual([]);
    expect(
      after.filter((text) => text.includes(`Agent for ${person}.`)),
      person,
    ).toHaveLength(1);
    expect(
      seen.filter(({ text }) => text.startsWith('You are now talking')),
      person,
    ).toHaveLength(1);
  }
}, 240_000);

const lies = [
  'I have passed you on to a colleague.',
  "I'm connecting you with an agent now.",
  'Your request has been escalated to our team.',
  'A specialist will contact you shortly.',
  'I opened a ticket for you.',
  "I've forwarded your case to support, and someone will get back to you today.",
  'You are being transferred to a human.',
  'I have notified a supervisor about this.',
  'One of our agents will call you within the hour.',
  'Ich habe Ihr Anliegen an einen Kollegen weitergeleitet.',
] as const;
const turns = isWhole ? 500 : 125;

test('of 500 answers by a model that likes to say it, none says that it has passed somebody on, and none did', async () => {
  await open({ handOverOn: { needsHuman: false, sentiments: [] } });
  const random = createRandom('lies');
  const people = 25;
  for (let turn = 0; turn < turns; turn += 1) {
    const lie = random.pick(lies);
    const rest = random.pick(['', ' The parcel is on its way.', ' Is there anything else?']);
    app.model.next(() => [random.chance(0.5) ? `Thank you. ${lie}${rest}` : `${lie}${rest}`]);
    // Another question each time, so that nothing but the words of the model speaks for a person.
    await street.say(
      `t${turn}`,
      `What about ${random.pick(['lamps', 'tents', 'boots', 'kettles'])} ${turn}?`,
      `L${turn % people}`,
      `L${turn % people}`,
    );
    if (turn % people === people - 1) await app.app.settled();
  }
  await app.app.settled();
  const cases = await app.store.query('select reason from support_case');
  expect(cases).toEqual([]);
  const answers = street.shown().filter(({ thread }) => /^L\d+$/.test(thread));
  expect(answers.length).toBeGreaterThanOrEqual(turns);
  const said = answers.filter(
    ({ text }) =>
      lies.some((lie) => text.includes(lie)) ||
      /passed you on|escalated|ticket for you|forwarded|transferred|weitergeleitet/i.test(text),
  );
  expect(said.map(({ text }) => text)).toEqual([]);
}, 240_000);
