import { expect, test } from 'vitest';

import { openLangfuseLab } from '#lab/langfuse/server.ts';

import { createBarePlatform } from './support/bare-platform.ts';
import { openTestApp } from './support/test-app.ts';

test('how a case was handled is counted, scores the trace of the answer before it, and is not asked twice in a week', async () => {
  const keys = { publicKey: 'pk-lf-test', secretKey: 'sk-lf-test' };
  await using langfuse = await openLangfuseLab(keys);
  const street = createBarePlatform('discord');
  const app = await openTestApp({
    channels: [street.channel],
    settings: { desk: { channel: 'discord', room: 'desk' } },
    secrets: {
      LANGFUSE_PUBLIC_KEY: keys.publicKey,
      LANGFUSE_SECRET_KEY: keys.secretKey,
      LANGFUSE_BASE_URL: langfuse.url,
    },
  });
  let count = 0;
  const press = (person: string, thread: string, action: string): Promise<void> =>
    street.tell({ ...street.from(person, thread), kind: 'action', id: `press ${(count += 1)}`, action });
  const resolved = async (words: string): Promise<void> => {
    await street.say(words, `I want to talk to a human, ${words}`);
    const card = await street.sees(
      ({ title, text, actions }) => title !== undefined && text.includes(words) && (actions?.length ?? 0) > 0,
    );
    const id = card.actions?.[0]?.id.split(':')[1];
    for (const act of ['claim', 'resolve']) await press('Ana', `thread ${card.id}`, `${act}:${id}`);
    await app.app.settled();
  };
  const questions = () => street.shown().filter(({ text }) => text.startsWith('How was your case handled'));

  await street.say('q', 'When does the shop open?');
  await app.app.settled();
  await resolved('the first one');
  const [question] = questions();
  await press('Ada', 'Ada', question?.actions?.[1]?.id ?? '');
  await street.sees(({ text }) => text === 'Thank you for telling us.');
  // Somebody else's press, or one for a case that nobody was asked about, counts for nothing.
  await press('Eve', 'Eve', question?.actions?.[4]?.id ?? '');
  await app.app.settled();
  expect(await app.store.query('select score from csat')).toEqual([{ score: 2 }]);
  await resolved('the second one');
  expect(questions()).toHaveLength(1);
  expect(await (await fetch(`${app.url}/metrics`)).text()).toContain(
    'firstline_ratings_total{channel="discord",score="2"} 1',
  );
  const [turn] = await app.store.query<{ id: string }>('select id from turn where model is not null');
  await app[Symbol.asyncDispose]();
  expect(langfuse.scores()).toMatchObject([{ traceId: turn?.id.replaceAll('-', ''), name: 'csat', value: 2 }]);
});
