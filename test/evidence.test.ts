import { afterEach, expect, test } from 'vitest';

import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let street: BarePlatform;
let app: TestApp;
afterEach(() => app[Symbol.asyncDispose]());

const open = async (answers: object = {}): Promise<void> => {
  street = createBarePlatform('street');
  app = await openTestApp({
    channels: [street.channel],
    knowledge: true,
    settings: {
      links: { allowedHosts: ['help.northwind.example'] },
      guardrails: { answers: { unsupported: 'replace', ...answers } },
    },
  });
};
const ask = async (question: string, answer: readonly string[]): Promise<string> => {
  app.model.next(() => answer);
  await street.say(`q${street.shown().length}`, question);
  await app.app.settled();
  return street.shown().at(-1)?.text ?? '';
};
const question = 'How long may I return an unused item?';
const unsure = 'I am not sure about that; a person can tell you.';

test('what a page says is said, in other words too; what none says is not, and a person is offered', async () => {
  await open();
  const shown = await ask(question, [
    'Sorry to hear that it does not fit. ',
    'You have 45 days from delivery to return an unused item [1]. ',
    'Climbing ropes and helmets can never be taken back for insurance reasons. ',
    'Let me know if I can help with anything else.',
  ]);
  expect(shown).toContain('Sorry to hear that');
  expect(shown).toContain('You have 45 days');
  expect(shown).not.toContain('Climbing ropes');
  expect(shown).toContain(unsure);
  expect(shown).toContain('Let me know');
  expect(
    street
      .shown()
      .at(-1)
      ?.actions?.map(({ id }) => id),
  ).toContain('human');
});

test('an operator who only wants it noted has it noted', async () => {
  await open({ unsupported: 'note' });
  expect(await ask(question, ['Climbing ropes and helmets can never be taken back for insurance reasons.'])).toContain(
    'Climbing ropes',
  );
  const rows = await app.store.query<{ code: string }>(`select code from ledger where step = 'guardrail'`);
  expect(rows.map(({ code }) => code)).toContain('unsupported note');
});

test('the greater the share of wrong sentences that an operator takes, the more is said', async () => {
  const free = 'No, they stay valid forever and cost nothing extra.';
  await open({ wrongMax: 0.001 });
  expect(await ask('Do gift cards run out?', [free])).not.toContain('stay valid');
  await app[Symbol.asyncDispose]();
  await open({ wrongMax: 0.5 });
  expect(await ask('Do gift cards run out?', [free])).toContain('stay valid');
});

test('an address that no page has is not given, though its host is listed', async () => {
  await open();
  const shown = await ask(question, [
    'You may return an unused item, see https://help.northwind.example/return-an-item and https://help.northwind.example/free-money [1].',
  ]);
  expect(shown).toContain('https://help.northwind.example/return-an-item');
  expect(shown).not.toContain('free-money');
});

test('in another language than the pages words are not compared, figures are', async () => {
  await open();
  const shown = await ask('How long may I return an unused item? Bitte antworten Sie mir auf Deutsch.', [
    'Sie können unbenutzte Artikel innerhalb von 45 Tagen nach der Lieferung zurückgeben [1]. ',
    'Das kostet Sie 77 Euro Bearbeitungsgebühr.',
  ]);
  expect(shown).toContain('innerhalb von 45 Tagen');
  expect(shown).not.toContain('77');
});
