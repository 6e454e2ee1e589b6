import { afterEach, expect, test, vi } from 'vitest';
import type { ThreadKey } from '#core/channel.ts';
import { openOnLab, type OnLab } from './on-lab.ts';

afterEach(() => vi.useRealTimers());

const place = (room: string) => JSON.stringify({ room }) as ThreadKey;
const started = ({ lab }: OnLab) => (lab.state() as { sessionsStarted: number }).sessionsStarted;
const refused = { server: 'discord', method: 'POST /channels/*/messages', fault: 'error' } as const;
/** Sends, and answers the code of the refusal. */
const codeOf = (on: OnLab, room: string, key: string): Promise<unknown> =>
  on.channel.send(place(room), { text: 'Hello.' }, key).then(
    () => 'sent',
    ({ code }: { code: string }) => code,
  );

test('trap 32: a process that crashes again and again leaves the last session starts alone, and says until when', async () => {
  await using on = await openOnLab({ sessionStarts: { remaining: 52, resetAfterMs: 60 * 60_000 } });
  for (let crash = 1; crash <= 2; crash += 1) {
    await on.start();
    await on.channel.stop();
  }
  for (let crash = 1; crash <= 3; crash += 1)
    await expect(on.start()).rejects.toThrow(/only 50 of 1000 session starts are left: the next is at 20/);
  expect(started(on)).toBe(2);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61 * 60_000 });
  await on.start();
  expect(await on.channel.health!()).toEqual({ ok: true });
});

test('trap 32: a session that is invalidated when few starts are left waits for more, and health tells', async () => {
  await using on = await openOnLab({ sessionStarts: { remaining: 51, resetAfterMs: 60 * 60_000 } });
  await on.start();
  on.lab.invalidate(false);
  const health = () => on.channel.health!();
  await expect
    .poll(health, { timeout: 9000 })
    .toMatchObject({ ok: false, problem: expect.stringContaining('only 50 of 1000') });
  expect(started(on)).toBe(1);
}, 15_000);

test('trap 32: what is refused in one room again and again is asked no more there, and everywhere else it is', async () => {
  await using on = await openOnLab({ invalidRequestsMax: 24 });
  await on.start();
  const method = `POST /channels/${on.room}/messages`;
  on.lab.setFaults([{ ...refused, method, status: 403 }]);
  for (let count = 1; count <= 25; count += 1) await codeOf(on, on.room, `turn:${count}`);
  await expect(on.channel.send(place(on.room), { text: 'Hello.' }, 'turn:last')).rejects.toMatchObject({
    reason: 'rate_limited',
    code: 'forbidden_again',
    retryAfterMs: expect.any(Number),
  });
  expect(on.faults()[`${method} error`]).toBe(20);
  expect(await codeOf(on, on.direct, 'turn:direct')).toBe('sent');
  on.lab.setFaults([]);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
  expect(await codeOf(on, on.room, 'turn:later')).toBe('sent');
});

test('trap 32: refusals over many rooms stop long before the address is banned, and health tells', async () => {
  await using on = await openOnLab();
  await on.start();
  on.lab.setFaults([{ ...refused, status: 403 }]);
  const rooms = Array.from({ length: 60 }, () => on.lab.addRoom({ type: 'text', name: 'room' }));
  // The SDK makes 50 a second at most, by this clock.
  let now = Date.now();
  for (let round = 0; round < 40; round += 1) {
    vi.useFakeTimers({ toFake: ['Date'], now: (now += 1100) });
    const half = rooms.slice(round % 2 ? 30 : 0).slice(0, 30);
    await Promise.all(half.map((room) => codeOf(on, room, `turn:${round}`)));
  }
  // What is on its way at once is counted when its answer comes.
  expect(on.faults()[`${refused.method} error`]).toBeGreaterThanOrEqual(1000);
  expect(on.faults()[`${refused.method} error`]).toBeLessThan(1030);
  expect(await codeOf(on, on.direct, 'turn:last')).toBe('invalid_requests');
  expect(await on.channel.health!()).toMatchObject({
    problem: expect.stringMatching(/requests were refused: the next/),
  });
  on.lab.setFaults([]);
  vi.useFakeTimers({ toFake: ['Date'], now: now + 11 * 60_000 });
  expect(await codeOf(on, on.direct, 'turn:later')).toBe('sent');
  expect(await on.channel.health!()).toEqual({ ok: true });
}, 30_000);

test('a token that is refused once is tried again a minute later, and nothing is asked meanwhile', async () => {
  await using on = await openOnLab();
  await on.start();
  on.lab.setFaults([{ ...refused, status: 401 }]);
  expect(await codeOf(on, on.direct, 'turn:1')).toBe('bad_token');
  expect(await codeOf(on, on.direct, 'turn:1')).toBe('bad_token');
  expect(on.faults()[`${refused.method} error`]).toBe(1);
  expect(await on.channel.health!()).toEqual({ ok: false, problem: 'the token is not accepted' });
  on.lab.setFaults([]);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  expect(await codeOf(on, on.direct, 'turn:1')).toBe('sent');
  expect(await on.channel.health!()).toEqual({ ok: true });
});

test('what the platform says of its limits is what calls are counted against', async () => {
  await using on = await openOnLab({ rateLimits: { limit: 10, spanMs: 2000 } });
  await on.start();
  const budget = (call: 'send' | 'edit') => on.channel.budget!(place(on.direct), call);
  expect(budget('send')).toEqual({ scope: `send ${on.direct}`, size: 2, refillPerMinute: 36 });
  const sent = await on.channel.send(place(on.direct), { text: 'Hello.' }, 'turn:1');
  // A burst of 4 and 3 a second: 10 in 2 s.
  expect(budget('send')).toMatchObject({ scope: `send ${on.direct}`, size: 4 });
  expect(budget('send').refillPerMinute).toBeCloseTo(180, -1);
  expect(budget('edit').size).toBe(2);
  expect(on.channel.budget!(place(on.room), 'send').size).toBe(2);
  await on.channel.edit!(sent, { text: 'Hello again.' });
  expect(budget('edit').size).toBe(4);
});

test('words that no longer come are told in health, until they come again', async () => {
  await using on = await openOnLab();
  await on.start();
  const health = () => on.channel.health!();
  await on.heard(on.room, 'just talking');
  expect(await health()).toEqual({ ok: true });
  on.lab.setPrivilegedIntents(0);
  // What mentions us and what is written to us alone still comes whole.
  await on.heard(on.room, `<@${on.lab.bot.id}> hello`);
  await on.heard(on.direct, 'hello');
  expect(await health()).toEqual({ ok: true });
  expect(await on.heard(on.room, 'between us')).toMatchObject({ text: '' });
  expect(await health()).toMatchObject({ ok: false, problem: expect.stringContaining('message content intent') });
  on.lab.setPrivilegedIntents(1 << 15);
  await on.heard(on.room, 'again');
  expect(await health()).toEqual({ ok: true });
});
