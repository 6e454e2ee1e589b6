import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { openAnthropicLab } from '#lab/anthropic/server.ts';

import { claudeAlone } from './support/chosen-model.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';
import { openVisitor, type WebVisitor } from './support/web-visitor.ts';

const identitySecret = 'a secret of thirty-two characters, or more';
let app: TestApp;
beforeEach(async () => {
  app = await openTestApp({ secrets: { FIRSTLINE_WEB_IDENTITY_SECRET: identitySecret } });
});
afterEach(() => app[Symbol.asyncDispose]());

const vouchFor = (
  claims: Record<string, unknown>,
  { secret = identitySecret, lives = '5 minutes', alg = 'HS256' } = {},
) => new SignJWT(claims).setProtectedHeader({ alg }).setExpirationTime(lives).sign(new TextEncoder().encode(secret));

const openSession = async (body: object) => {
  const response = await fetch(`${app.url}/channels/web/sessions`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, ...((await response.json()) as { token?: string; error?: string }) };
};

const answered = (visitor: WebVisitor, words: string) =>
  visitor.sees((message) => message.text.includes(`You asked: ${words}`) && !message.partial);

describe('whom a site vouches for', () => {
  test('finds their conversation again wherever they sign in, and nobody else does', async () => {
    const identity = await vouchFor({ sub: 'ada', name: 'Ada Palmer', org: 'acme' });
    const { token } = await openSession({ identity });
    await using first = await openVisitor(app.url, token);
    await first.say('Where is my parcel?');
    await answered(first, 'Where is my parcel?');
    await app.app.settled();

    const again = await openSession({ identity: await vouchFor({ sub: 'ada', org: 'acme' }) });
    await using second = await openVisitor(app.url, again.token);
    await answered(second, 'Where is my parcel?');
    for (const claims of [{ sub: 'ada' }, { sub: 'ada', org: 'other' }, { sub: 'Ada', org: 'acme' }]) {
      const { token: other } = await openSession({ identity: await vouchFor(claims) });
      await using stranger = await openVisitor(app.url, other);
      await stranger.say('Hello');
      await answered(stranger, 'Hello');
      expect(stranger.messages().some(({ text }) => text.includes('parcel'))).toBe(false);
    }
    await app.app.settled();
  });

  test.each([
    ['signed by somebody else', () => vouchFor({ sub: 'ada' }, { secret: 'x'.repeat(40) }), 401, 'bad_identity'],
    ['that has run out', () => vouchFor({ sub: 'ada' }, { lives: '1 minute ago' }), 401, 'bad_identity'],
    ['that lives for a day', () => vouchFor({ sub: 'ada' }, { lives: '1 day' }), 401, 'identity_lives_too_long'],
    ['of nobody', () => vouchFor({ name: 'Ada' }), 401, 'bad_identity'],
    [
      'by another algorithm',
      () => vouchFor({ sub: 'ada' }, { alg: 'HS512', secret: 'x'.repeat(64) }),
      401,
      'bad_identity',
    ],
    [
      'without a signature',
      async () => `${btoa('{"alg":"none"}')}.${btoa('{"sub":"ada","exp":9999999999}')}.`,
      401,
      'bad_identity',
    ],
    ['that is no token', async () => 'ada', 401, 'bad_identity'],
  ])('a proof %s is refused', async (_what, make, status, error) => {
    expect(await openSession({ identity: await make() })).toEqual({ status, error });
  });

  test('a session that was changed by hand is no session', async () => {
    const { token = '' } = await openSession({});
    const [body = '', signature] = token.split('.');
    const changed = { ...JSON.parse(Buffer.from(body, 'base64url').toString()), id: 'user:ada' };
    const forged = `${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`;
    const response = await fetch(`${app.url}/channels/web/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${forged}` },
      body: JSON.stringify({ id: '1', text: 'hello' }),
    });
    expect(response.status).toBe(401);
  });
});

test('a visitor stops an answer: the model is let go, and what was said stays', async () => {
  await using claude = await openAnthropicLab({ apiKey: 'key' });
  claude.script({ text: 'The first sentence of it stands here. The second one goes on and on.', stallAfterChars: 50 });
  await app[Symbol.asyncDispose]();
  app = await openTestApp({
    model: claudeAlone(claude),
  });
  await using visitor = await openVisitor(app.url);
  await visitor.say('Tell me everything.');
  await visitor.sees(({ text, partial }) => partial && text.includes('first sentence'));
  await visitor.act('stops', {});
  const whole = await visitor.sees(({ author, partial }) => author === 'assistant' && !partial);
  expect(whole.text).toContain('The first sentence of it stands here.');
  await vi.waitFor(() => expect(claude.aborted).toBe(1));
  await app.app.settled();
});

test('a thumb is kept, is shown in every window, and can be taken back', async () => {
  await using visitor = await openVisitor(app.url);
  await visitor.say('Where is my parcel?');
  const answer = await answered(visitor, 'Where is my parcel?');
  expect(answer.rating).toBeNull();
  await app.app.settled();
  const kept = () => app.store.query<{ rating: string }>(`select rating from feedback`);

  await visitor.act('feedback', { message: answer.id, rating: 'bad', text: 'It never came.' });
  await visitor.sees(({ id, rating }) => id === answer.id && rating === 'bad');
  expect(await kept()).toEqual([{ rating: 'bad' }]);
  await using window = await openVisitor(app.url, visitor.token);
  await window.sees(({ id, rating }) => id === answer.id && rating === 'bad');

  await visitor.act('feedback', { message: answer.id, rating: null });
  await visitor.sees(({ id, rating }) => id === answer.id && rating === null);
  expect(await kept()).toEqual([]);
});

test('who opens the chat is greeted once, with what they may want to ask', async () => {
  await app[Symbol.asyncDispose]();
  app = await openTestApp({ settings: { assistant: { suggestions: ['Where is my order?'] } } });
  await using visitor = await openVisitor(app.url);
  await visitor.act('openings', {});
  const welcome = await visitor.sees(({ author }) => author === 'assistant');
  expect(welcome.suggestions).toEqual(['Where is my order?']);
  await visitor.act('openings', {});
  await app.app.settled();
  expect(visitor.messages()).toHaveLength(1);
});

test('trap 40: events pass proxies unchanged, and who comes back is told what was missed, once', async () => {
  const { token } = await openSession({});
  const listen = (after?: string) =>
    fetch(`${app.url}/channels/web/events`, {
      headers: { authorization: `Bearer ${token}`, ...(after === undefined ? {} : { 'last-event-id': after }) },
    });
  const response = await listen();
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  });
  await response.body?.cancel();

  await using visitor = await openVisitor(app.url, token);
  await visitor.say('First question');
  await answered(visitor, 'First question');
  await app.app.settled();
  const readAll = async (after: string | undefined, until: string): Promise<string> => {
    const { body } = await listen(after);
    let text = '';
    for await (const bytes of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += bytes;
      if (text.includes(until)) break;
    }
    return text;
  };
  const first = await readAll(undefined, 'You asked: First question');
  const last = [...first.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1];
  await visitor.say('Second question');
  await answered(visitor, 'Second question');
  await app.app.settled();
  const second = await readAll(last, 'You asked: Second question');
  expect(second).toMatch(/^retry: 2000$/m);
  expect(second).not.toContain('First question');
});
