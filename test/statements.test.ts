import { expect, test } from 'vitest';

import { createEcho } from './support/echo-channel.ts';
import { openTestApp } from './support/test-app.ts';

/** Each is a round trip on the way to the model, or to the reader: more only for a good reason. */
const statementsMax = 30;

const inShort = (statement: string): string => statement.replaceAll(/\s+/g, ' ').trim().slice(0, 110);

test.skipIf(process.env['DATABASE_URL'])('an answered question costs few statements', async () => {
  const statements: string[] = [];
  const echo = createEcho();
  await using harness = await openTestApp({
    channels: [echo.channel],
    knowledge: true,
    budgets: true,
    onStatement: (statement) => void statements.push(inShort(statement)),
  });
  // `settled` itself asks as often as it takes, and the queue has its own upkeep.
  const isOther = (one: string): boolean =>
    one.startsWith('select (select count(*) from inbox') || /pgboss\.(?:queue|version|warning)\b/.test(one);
  const ask = async (id: string, text: string): Promise<string[]> => {
    statements.length = 0;
    await echo.say(id, text);
    await harness.app.settled();
    return statements.filter((one) => !isOther(one));
  };
  await ask('1', 'How do I return my order?');
  const tries = [
    await ask('2', 'How long does a refund take?'),
    await ask('3', 'Where can I see my gift card?'),
    await ask('4', 'When does the store open?'),
  ];
  expect(echo.shown.length).toBe(8);
  // Now and then the queue looks by the clock meanwhile: the shortest list is the one without that.
  const [counted = []] = tries.toSorted((a, b) => a.length - b.length);
  expect(counted.length, `There were ${counted.length}:\n${counted.join('\n')}`).toBeLessThanOrEqual(statementsMax);
});
