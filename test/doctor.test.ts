import { expect, test } from 'vitest';

import { toTimeline } from '#insight/timeline.ts';
import { findStuck, readInbound, readLedger, readOutbound, readTurns } from '#store/lives.ts';
import type { Store } from '#store/open.ts';

import { openTestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

const timelineOf = async (store: Store) => {
  const [row] = await store.query<{ id: string }>(`select id from conversation`);
  const id = row?.id ?? '';
  const outbound = (await readOutbound(store, id)).map((life) => ({ ...life, platformId: 'an-id' }));
  return toTimeline({
    inbound: await readInbound(store, id),
    turns: await readTurns(store, id),
    outbound,
    ledger: await readLedger(store, id),
  });
};

test('the life of a question and its answer can be read from beginning to end, each step with its time', async () => {
  await using desk = await openTestApp();
  await using visitor = await openVisitor(desk.url);
  desk.model.next(async function* () {
    yield 'This is the first sentence. ';
    yield 'This is the second one, and it ends here.';
  });
  await visitor.say('Where is my parcel?');
  await visitor.sees((message) => message.text.endsWith('ends here.') && !message.partial);
  await desk.app.settled();
  const steps = await timelineOf(desk.store);
  const names = steps.map(({ subject, step }) => `${subject.split(' ')[0]} ${step}`);
  for (const [earlier, later] of [
    ['in received', 'in started'],
    ['in started', 'turn guarded'],
    ['turn guarded', 'out sent'],
    ['turn guarded', 'turn generated'],
    ['turn generated', 'out finished'],
    ['turn finished', 'out finished'],
  ] as const) {
    expect(names.indexOf(earlier), `${earlier} in ${names.join(', ')}`).toBeGreaterThanOrEqual(0);
    expect(names.indexOf(later), `${later} after ${earlier}`).toBeGreaterThan(names.indexOf(earlier));
  }
  expect(JSON.stringify(steps)).not.toContain('parcel');
  expect(await findStuck(desk.store, 0)).toEqual([]);
});

test('what failed says why, and what does not move is found', async () => {
  await using desk = await openTestApp({ settings: { limits: { turnAttemptsMax: 1 } } });
  await using visitor = await openVisitor(desk.url);
  desk.model.next(() => [new Error('planted')]);
  await visitor.say('Where is my parcel?');
  await visitor.sees((message) => message.text.includes('currently unavailable'));
  await desk.app.settled();
  const failed = (await timelineOf(desk.store)).find(({ step }) => step === 'turn_failed');
  expect(failed?.detail).toBe('Error');
  await desk.store.query(`update inbox set done_at = null`);
  expect(await findStuck(desk.store, 0)).toMatchObject([{ kind: 'unanswered', channel: 'web' }]);
});
