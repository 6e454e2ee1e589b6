import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import type { Shelf } from '#core/channel.ts';
import type { Sealed, Sealer } from '#core/sealed.ts';

import type { Sql } from './open.ts';

/** Written about once a second by a busy channel. */
const valueLengthMax = 16_384;
/** Whoever dies with a shelf to itself holds up the others for no longer. */
const leaseSeconds = 30;
const lookAgainMs = 50;

/**
 * A place for each channel to keep things over restarts; sealed, as tokens and the rooms of people are among them. A lease is a row
 * and not a lock of the database: what is done under it calls a platform, and no connection waits for that.
 */
export const createShelves =
  (sql: Sql, sealer: Sealer) =>
  (channel: string): Shelf => {
    const rowOf = (name: string): string => `shelf:${channel}:${name}`;

    const lease = async (name: string, holder: string): Promise<boolean> => {
      const taken = await sql.query(
        `insert into setting as s (name, value) values ($1, $2 || ' ' || extract(epoch from now() + $3 * interval '1 second'))
         on conflict (name) do update set value = excluded.value
         where split_part(s.value, ' ', 2)::float8 < extract(epoch from now()) returning 1`,
        [name, holder, leaseSeconds],
      );
      return taken.length > 0;
    };

    return {
      async read(name) {
        const [row] = await sql.query<{ value: string }>(`select value from setting where name = $1`, [rowOf(name)]);
        if (!row) return null;
        try {
          return sealer.open(Buffer.from(row.value, 'base64') as Sealed, rowOf(name));
        } catch {
          // Altered: a channel that starts without it is better than none that starts.
          return null;
        }
      },
      async write(name, value) {
        if (value.length > valueLengthMax)
          throw new RangeError(`What is kept has at most ${valueLengthMax} characters`);
        await sql.query(
          `insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value`,
          [rowOf(name), sealer.seal(value, rowOf(name)).toString('base64')],
        );
      },
      async forget(name) {
        await sql.query(`delete from setting where name = $1`, [rowOf(name)]);
      },
      async exclusively(name, work) {
        const row = `lease:${channel}:${name}`;
        const holder = randomUUID();
        while (!(await lease(row, holder))) await wait(lookAgainMs);
        try {
          return await work();
        } finally {
          await sql.query(`delete from setting where name = $1 and split_part(value, ' ', 1) = $2`, [row, holder]);
        }
      },
    };
  };
