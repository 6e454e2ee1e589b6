import { afterEach, expect, test } from 'vitest';

import { openLangfuseLab } from '#lab/langfuse/server.ts';

import { openTestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

const keys = { publicKey: 'pk-lf-test', secretKey: 'sk-lf-test' };
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

const start = async () => {
  const langfuse = await openLangfuseLab(keys);
  open.push(langfuse);
  const firstline = await openTestApp({
    knowledge: true,
    secrets: {
      LANGFUSE_PUBLIC_KEY: keys.publicKey,
      LANGFUSE_SECRET_KEY: keys.secretKey,
      LANGFUSE_BASE_URL: langfuse.url,
    },
  });
  const visitor = await openVisitor(firstline.url);
  open.push(visitor);
  return { langfuse, firstline, visitor };
};

test('a turn is one trace: its stages under one root, guarded words only, and nothing lost at the end', async () => {
  const { langfuse, firstline, visitor } = await start();
  firstline.model.next(() => ['We wrote to [EMAIL_1]. It is in the help pages [1]. ']);
  await visitor.say('What is the return policy? My address is ann.planted@example.com');
  await visitor.sees((message) => message.text.includes('We wrote to ann.planted@example.com'));
  await firstline[Symbol.asyncDispose]();

  const spans = langfuse.spans();
  const roots = spans.filter((span) => !span.parentId);
  expect(roots.map((span) => span.name)).toEqual(['turn']);
  const root = roots[0]!;
  expect(spans.every((span) => span === root || span.parentId === root.spanId)).toBe(true);
  expect(spans.map((span) => span.name).toSorted()).toEqual(
    [
      'turn',
      'answer',
      'open',
      'obey',
      'relay',
      'admit',
      'read_files',
      'guard_input',
      'recall',
      'retrieve',
      'moderate',
      'keep_to_topic',
      'know_incident',
      'clarify',
      'generate',
      'guard_output',
      'deliver',
      'escalate',
      'record',
      'summarize',
    ].toSorted(),
  );
  expect(root.attributes['session.id']).toMatch(/^[0-9a-f-]{36}$/);
  expect(root.attributes['user.id']).toMatch(/^[0-9a-f-]{36}$/);
  const answer = spans.find((span) => span.name === 'answer');
  expect(answer?.attributes).toMatchObject({
    'langfuse.observation.type': 'generation',
    'langfuse.observation.model.name': 'scripted',
  });
  expect(JSON.stringify(answer?.attributes)).toContain('[EMAIL_1]');
  expect(JSON.stringify(spans)).not.toContain('ann.planted');
});

test('a slow or failing Langfuse delays no answer', async () => {
  const { langfuse, firstline, visitor } = await start();
  langfuse.setDelay(60_000);
  for (const question of ['One?', 'Two?', 'Three?']) {
    await visitor.say(question);
    await visitor.sees((message) => message.text.includes(`You asked: ${question}`) && !message.partial);
    await firstline.app.settled();
  }
  langfuse.setDelay(0);
  await firstline[Symbol.asyncDispose]();
});
