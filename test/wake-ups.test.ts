import { test, vi } from 'vitest';

import { openLanes } from '#store/lanes.ts';

import { createEcho } from './support/echo-channel.ts';
import { openTestApp } from './support/test-app.ts';

// On the one connection of the embedded database nothing happens while a transaction is open.
test.runIf(process.env['DATABASE_URL'])(
  'a message that is still being stored when a wake-up is used up is answered all the same',
  async () => {
    const echo = createEcho();
    await using harness = await openTestApp({ channels: [echo.channel] });
    const { store } = harness;
    await echo.say('1', 'Do you ship abroad?');
    await harness.app.settled();
    const shown = echo.shown.length;
    const [row] = await store.query<{ id: string }>(`select id from conversation`);

    // It finds a wake-up waiting, so it leaves none of its own.
    const stored = Promise.withResolvers<void>();
    const storing = store.transaction(async (transaction) => {
      await transaction.query(`select 1 from conversation for update`);
      await transaction.query(
        `insert into inbox (organization, person, conversation, channel, event_id, body)
         select organization, person, conversation, channel, 'again', body from inbox`,
      );
      await stored.promise;
    });
    const lanes = await openLanes(
      store,
      { slots: 1, heartbeatSeconds: 10, directUrl: harness.databaseUrl ?? '' },
      () => undefined,
    );
    await store.transaction((transaction) => lanes.wake(transaction, 'turns', row?.id ?? ''));
    await vi.waitUntil(async () => {
      const used = await store.query(
        `select 1 from pgboss.job_common where name = 'turns' and state < 'completed' and state <> 'active'
         union all select 1 where not exists (select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database())
           and exists (select 1 from pgboss.job_common where name = 'turns' and state = 'active')`,
      );
      return used.length === 0;
    }, 5000);
    stored.resolve();
    await storing;
    await vi.waitUntil(() => echo.shown.length > shown, 5000);
    await harness.app.settled();
    await lanes.stop(1000);
  },
);
