import { afterEach, beforeEach, expect, test } from 'vitest';

import type { AttachmentKey } from '#core/channel.ts';
import { openLangfuseLab } from '#lab/langfuse/server.ts';

import { type BarePlatform, createBarePlatform } from './support/bare-platform.ts';
import { openTestApp, type TestApp, type TestAppOptions } from './support/test-app.ts';

let street: BarePlatform;
let desk: BarePlatform;
let app: TestApp;

const open = async (options: TestAppOptions = {}): Promise<void> => {
  street = createBarePlatform('street');
  desk = createBarePlatform('slack');
  app = await openTestApp({
    ...options,
    channels: [street.channel, desk.channel],
    settings: {
      desk: { channel: 'slack', room: 'desk' },
      assistant: { suggestions: ['Where is my order?'] },
      ...options.settings,
    },
  });
};
beforeEach(() => open());
afterEach(() => app[Symbol.asyncDispose]());

const last = () => street.shown().at(-1)!;
const command = async (id: string, action: string): Promise<string> => {
  await street.tell({ ...street.from('Ada', 'Ada'), kind: 'action', id, action });
  await app.app.settled();
  return last().text;
};

test('who comes in is greeted once: told that an AI answers, how to reach a person, and what can be asked', async () => {
  const comesIn = (id: string) => street.tell({ ...street.from('Ada', 'Ada'), kind: 'opened', id });
  await comesIn('first');
  await app.app.settled();
  expect(street.shown()).toHaveLength(1);
  expect(last().text).toMatch(/AI assistant.*ask for a person[\s\S]*How can I help/);
  expect(last().suggestions).toEqual(['Where is my order?']);
  await comesIn('again');
  await street.say('q', 'Where is my order?');
  await app.app.settled();
  expect(street.shown()).toHaveLength(2);
  expect(last().text).not.toContain('AI assistant');
  expect(last()).toMatchObject({ by: 'assistant', asksFeedback: true });
});

test('people are told at any time who answers them', async () => {
  expect(await command('1', 'status')).toMatch(/I'm Firstline, an AI assistant, and I answer here/);
  expect(await command('2', 'human')).toContain('passing this to a person');
  expect(await command('3', 'status')).toContain('waiting for a person');
  await desk.say('claim', 'claim', 'Grace', `thread ${desk.shown()[0]!.id}`);
  await app.app.settled();
  expect(await command('4', 'status')).toBe('You are talking with Grace.');
});

test('what a person asks to be forgotten is in no row any more, and the next question is one to a stranger', async () => {
  await street.say('q', 'My walrus umbrella broke, walrus@example.com is my address.');
  await app.app.settled();
  expect(await command('1', 'forget')).toContain('forgotten');
  const [left] = await app.store.query<Record<string, unknown>>(
    `select (select string_agg(speaker, ',') from message) as said, (select count(*) from inbox where length(body) > 0) as events,
       (select tokens is null and summary is null from conversation) as is_empty,
       (select count(*) from outbox where length(body) > 0 and key not like '%' || (select id from turn where outcome = 'forgotten') || '%') as sent`,
  );
  // What is left is that it was forgotten.
  expect(left).toMatchObject({ said: 'assistant', is_empty: true });
  expect([Number(left?.['events']), Number(left?.['sent'])]).toEqual([1, 0]);
  await street.say('next', 'What broke?');
  await app.app.settled();
  const { messages } = app.model.requests.at(-1)!;
  expect(JSON.stringify(messages)).not.toContain('walrus');
  // What was forgotten can be changed no more.
  await street.tell({ kind: 'edited', channel: 'street', id: 'e', of: 'q', text: 'walrus', sentAt: new Date() });
  await app.app.settled();
  expect(app.model.requests).toHaveLength(2);
});

test('a file without words, where the platform keeps files from us, is told by its name, and a person is offered', async () => {
  const attachments = [{ name: 'invoice.pdf', mediaType: 'application/pdf', size: 9, key: 'k' as AttachmentKey }];
  const file = { kind: 'message', text: '', setting: 'direct', addressed: true, attachments } as const;
  await street.tell({ ...street.from('Ada', 'Ada'), ...file, id: 'file' });
  await app.app.settled();
  expect(app.model.requests).toEqual([]);
  expect(street.shown()[0]?.text).toContain('I could not read invoice.pdf.');
  expect(street.shown()[0]?.actions).toMatchObject([{ id: 'human' }]);
});

test('a command that comes with a question does not swallow it', async () => {
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  app.model.next(async function* () {
    begun.resolve();
    await held.promise;
    yield 'Done. ';
  });
  await street.say('1', 'A first question about shipping?');
  await begun.promise;
  await street.say('2', 'A second question about refunds?');
  await street.tell({ ...street.from('Ada', 'Ada'), kind: 'action', id: '3', action: 'status' });
  await street.say('4', 'A third question about gifts?');
  held.resolve();
  await app.app.settled();
  expect(
    street.shown().map(({ text }) => text.replace(/[\s\S]*(Done|refunds|answer here|gifts)[\s\S]*/, '$1')),
  ).toEqual(['Done', 'refunds', 'answer here', 'gifts']);
});

test('what is said to somebody else is not answered, and what colleagues say to each other stays at the desk', async () => {
  const aside = { kind: 'message', text: '@Bob, what do you think?', setting: 'group', addressed: false } as const;
  await street.say('q', 'When does the shop open?');
  await app.app.settled();
  await street.tell({ ...street.from('Ada', 'Ada'), ...aside, id: 'aside', aside: true });
  await street.tell({ ...street.from('Eve', 'Eve'), ...aside, id: 'stranger', addressed: true, aside: true });
  await app.app.settled();
  expect(app.model.requests).toHaveLength(1);
  await command('human', 'human');
  const thread = `thread ${desk.shown()[0]!.id}`;
  await desk.say('claim', 'claim', 'Grace', thread);
  await desk.tell({ ...desk.from('Grace', thread), ...aside, id: 'colleague', aside: true });
  await app.app.settled();
  expect(
    street
      .shown()
      .map(({ text }) => text)
      .join(),
  ).not.toContain('@Bob');
});

test('what a person thinks of an answer is kept, counted, and scores its trace; only theirs, and the latest', async () => {
  await app[Symbol.asyncDispose]();
  const keys = { publicKey: 'pk-lf-test', secretKey: 'sk-lf-test' };
  await using langfuse = await openLangfuseLab(keys);
  await open({
    secrets: {
      LANGFUSE_PUBLIC_KEY: keys.publicKey,
      LANGFUSE_SECRET_KEY: keys.secretKey,
      LANGFUSE_BASE_URL: langfuse.url,
    },
  });
  await street.say('q', 'When does the shop open?');
  await app.app.settled();
  const judge = (id: string, rating: 'good' | 'bad' | null, person = 'Ada', text?: string) =>
    street.tell({
      ...street.from(person, person),
      kind: 'feedback',
      id,
      message: last().id,
      rating,
      ...(text === undefined ? {} : { text }),
    });
  const kept = () => app.store.query(`select rating, body is not null as has_words from feedback`);
  await judge('1', 'bad', 'Ada', 'The walrus is wrong.');
  await judge('2', 'good', 'Eve');
  expect(await kept()).toEqual([{ rating: 'bad', has_words: true }]);
  await judge('3', 'good');
  expect(await kept()).toEqual([{ rating: 'good', has_words: true }]);
  const metrics = await (await fetch(`${app.url}/metrics`)).text();
  expect(metrics).toContain('firstline_feedback_total{channel="street",rating="good"} 1');
  await judge('4', null);
  expect(await kept()).toEqual([]);
  await judge('5', 'bad');
  const [turn] = await app.store.query<{ id: string }>(`select id from turn`);
  await app[Symbol.asyncDispose]();
  expect(langfuse.scores()).toMatchObject([{ traceId: turn?.id.replaceAll('-', ''), name: 'feedback', value: 0 }]);
  expect(langfuse.spans().every(({ traceId }) => traceId === turn?.id.replaceAll('-', ''))).toBe(true);
});

test('people are spoken to in their own language: the one they write in, or the one their platform tells', async () => {
  await street.say('q', 'Wann kommt meine Bestellung bei mir zu Hause an?');
  await app.app.settled();
  expect(last().text).toContain('Ich bin Firstline, ein KI-Assistent.');
  expect(last().actions?.[0]?.label).toBe('Mit einem Menschen sprechen');
  // Too short to tell: the language is the one that was spoken.
  await street.say('short', 'ok?');
  await command('human', 'human');
  expect(last().text).toContain('Ich gebe das an einen Menschen weiter');
  const thread = `thread ${desk.shown()[0]!.id}`;
  await desk.say('claim', 'claim', 'Grace', thread);
  await app.app.settled();
  expect(last().text).toBe('Sie sprechen jetzt mit Grace.');
  await street.tell({
    ...street.from('Inés', 'Inés'),
    kind: 'opened',
    id: 'opened',
    sender: { id: 'Inés', organization: 'home', displayName: 'Inés', locale: 'es-MX' },
  });
  await app.app.settled();
  expect(last().text).toContain('Soy Firstline, un asistente de IA.');
});
