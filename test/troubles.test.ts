import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { registry } from '#channels/registry.ts';
import { systemClock } from '#core/clock.ts';
import { openPlatforms, type Platforms } from '#lab/platforms.ts';

import { fromBot, sees } from './support/pane-watch.ts';
import { openStillProxy, type StillProxy } from './support/still-proxy.ts';
import { openTestApp, type TestApp, type TestAppOptions } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

let platforms: Platforms;
let firstline: TestApp;

beforeEach(async () => {
  platforms = await openPlatforms({ rateLimits: 'off' });
});
afterEach(async () => {
  await firstline[Symbol.asyncDispose]();
  await platforms[Symbol.asyncDispose]();
});

/** SMS and a desk on Slack that is looked after ten times a second. */
const openWithDesk = async ({ settings = {}, ...options }: Partial<TestAppOptions> = {}): Promise<TestApp> => {
  const app = await openTestApp({
    ...options,
    channels: (publicUrl) => {
      const environment = { ...platforms.environment, FIRSTLINE_PUBLIC_URL: publicUrl };
      return ['slack', 'sms'].map((name) => {
        const channel = registry[name]?.(environment);
        if (!channel) throw new Error('Both platforms have their settings');
        return channel;
      });
    },
    settings: { desk: { channel: 'slack', room: platforms.seats.desk.room }, ...settings },
  });
  platforms.connect(app.url);
  return app;
};
const watched = { limits: { watchMs: 100, sweepMs: 100 } };

const problems = async (): Promise<readonly string[]> => {
  const response = await fetch(`${firstline.url}/ready`);
  return ((await response.json()) as { problems: string[] }).problems;
};
const deskHears = (words: string) =>
  sees(platforms.seats.desk, (message) => fromBot(message) && message.text.includes(words));

/** Refuses every new row as Postgres does where its disk is full. */
const fillDisk = async ({ store }: TestApp): Promise<void> => {
  await store.query(
    `create function full_disk() returns trigger language plpgsql as $$ begin
       raise exception 'could not extend file' using errcode = '53100';
     end $$`,
  );
  for (const table of ['inbox', 'outbox', 'message', 'turn', 'ledger'])
    await store.query(`create trigger full_disk before insert on ${table} execute function full_disk()`);
};
const makeRoom = ({ store }: TestApp) => store.query(`drop function full_disk cascade`);

describe('the disk of the database is full', () => {
  test('it is said on /ready, in the log and to the desk; the platform sends again what was refused, and it is answered once', async () => {
    firstline = await openWithDesk({ settings: watched });
    await using visitor = await openVisitor(firstline.url);
    await fillDisk(firstline);
    expect((await visitor.say('Where is my parcel?', 'parcel')).status).toBe(500);
    expect(await problems()).toContain('the database stores nothing: its disk is full');
    await deskHears('its disk is full');
    expect(
      firstline.logs.some((line) => line.includes('something is broken') && line.includes('its disk is full')),
    ).toBe(true);

    await makeRoom(firstline);
    expect((await visitor.say('Where is my parcel?', 'parcel')).status).toBe(202);
    await visitor.sees((message) => message.text.includes('You asked: Where is my parcel?') && !message.partial);
    await firstline.app.settled();
    expect(firstline.model.requests).toHaveLength(1);
  });

  test('while an answer is made: it is made again when there is room, and seen once', async () => {
    firstline = await openWithDesk({ settings: watched });
    const { sms } = platforms.seats;
    let isFilled = false;
    firstline.model.next(async function* () {
      await fillDisk(firstline);
      isFilled = true;
      yield 'Tomorrow.';
    });
    await sms.pane.say({ room: sms.room, user: sms.user, text: 'When does it come?' });
    await vi.waitFor(() => expect(isFilled).toBe(true));
    await vi.waitFor(async () => expect(await problems()).toContain('the database stores nothing: its disk is full'));
    await makeRoom(firstline);
    await sees(sms, (message) => fromBot(message) && message.text.includes('You asked: When does it come?'));
    await firstline.app.settled();
    expect(sms.pane.view(sms.room).messages.filter(fromBot)).toHaveLength(1);
  });
});

test('a clock that jumps ahead: nothing is taken for late, and the clock is told of', async () => {
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) };
  firstline = await openWithDesk({ settings: watched, clock });
  const { sms } = platforms.seats;
  platforms.servers.twilio.setFaults([{ server: 'twilio', method: '**', fault: 'error', status: 503, times: 1 }]);
  firstline.model.next(() => {
    aheadMs = 3_600_000;
    return ['Tomorrow.'];
  });
  await sms.pane.say({ room: sms.room, user: sms.user, text: 'When does it come?' });
  await sees(sms, (message) => fromBot(message) && message.text.includes('Tomorrow.'));
  await deskHears('the clock of this machine is 3600 s ahead');
  expect(await problems()).toEqual([expect.stringContaining('the clock of this machine is 3600 s ahead')]);
  aheadMs = 0;
  await deskHears('Mended');
  expect(await problems()).toEqual([]);
});

test('a token that is revoked is told to the desk once, and once more when it is good again', async () => {
  firstline = await openWithDesk({ settings: watched });
  const { sms, desk } = platforms.seats;
  const dead = { server: 'twilio', method: '**', fault: 'error', status: 401 } as const;
  platforms.servers.twilio.setFaults([dead]);
  await sms.pane.say({ room: sms.room, user: sms.user, text: 'When does it come?' });
  await deskHears('sms: ');
  platforms.servers.twilio.setFaults(null);
  await firstline.store.query(`update outbox set due_at = now() where state = 'due'`);
  await deskHears('Mended');
  const told = desk.pane.view(desk.room).messages.filter(({ text }) => text.includes('sms: '));
  expect(told).toHaveLength(2);
});

const server = process.env['DATABASE_URL'];

test.skipIf(!server)(
  'a database that says nothing and closes nothing: nobody waits for it, and all goes on when it speaks',
  async () => {
    const { hostname, port } = new URL(server ?? '');
    await using proxy: StillProxy = await openStillProxy({ host: hostname, port: Number(port || 5432) });
    firstline = await openWithDesk({
      settings: { limits: { ...watched.limits, databaseSilenceMs: 500, readyMs: 200 } },
      route: (address) => Object.assign(new URL(address), { host: `127.0.0.1:${proxy.port}` }).href,
    });
    await using visitor = await openVisitor(firstline.url);
    proxy.beStill(true);
    expect((await visitor.say('Where is my parcel?', 'parcel')).status).toBe(500);
    expect(await problems()).toContain('the database does not answer');
    await deskHears('the database does not answer');
    proxy.beStill(false);
    await vi.waitFor(async () => expect((await visitor.say('Where is my parcel?', 'parcel')).status).toBe(202));
    await visitor.sees((message) => message.text.includes('You asked: Where is my parcel?') && !message.partial);
    await firstline.app.settled();
    expect(firstline.model.requests).toHaveLength(1);
    await vi.waitFor(async () => expect(await problems()).toEqual([]));
  },
);
