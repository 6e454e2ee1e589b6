import { expect, test } from 'vitest';

import { given } from '#core/given.ts';
import { openStore } from '#store/open.ts';

import { openTestApp } from './support/test-app.ts';
import { openVisitor } from './support/web-visitor.ts';

const server = process.env['DATABASE_URL'];

/** Shuts everybody out of the database, as a restart does, until the returned function is called. */
const shutOut = async (database: string): Promise<() => Promise<void>> => {
  const onServer = async (statement: string): Promise<void> => {
    await using store = await openStore({ ...given({ url: server }), folder: null, connectionsMax: 1 });
    await store.query(statement);
  };
  await onServer(`alter database ${database} allow_connections false`);
  await onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`);
  return () => onServer(`alter database ${database} allow_connections true`);
};

test.skipIf(!server)(
  'the database goes away and comes back: what was refused is sent again and answered once',
  async () => {
    await using desk = await openTestApp();
    await using visitor = await openVisitor(desk.url);
    await visitor.say('Is anybody there?');
    await visitor.sees((message) => message.text.includes('You asked: Is anybody there?') && !message.partial);
    await desk.app.settled();
    const [row] = await desk.store.query<{ name: string }>(`select current_database() as name`);

    const letIn = await shutOut(row?.name ?? '');
    expect((await visitor.say('And now?', 'again')).status).toBe(500);
    const ready = await fetch(`${desk.url}/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ problems: ['the database does not answer'] });
    await letIn();

    expect((await visitor.say('And now?', 'again')).status).toBe(202);
    await visitor.sees((message) => message.text.includes('You asked: And now?') && !message.partial);
    await desk.app.settled();
    expect((await fetch(`${desk.url}/ready`)).status).toBe(200);
    expect(desk.model.requests).toHaveLength(2);
    expect(desk.logs.filter((line) => line.includes('the queue had a problem')).length).toBeLessThanOrEqual(3);
  },
);
