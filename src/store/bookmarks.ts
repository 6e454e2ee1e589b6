import type { Bookmark } from '#core/channel.ts';
import type { Sealed, Sealer } from '#core/sealed.ts';

import type { Sql } from './open.ts';

/** Written about once a second by a busy channel. */
const bookmarkLengthMax = 16_384;

/** A place for each channel to keep how far it has read; sealed, as the rooms of people are personal data. */
export const createBookmarks =
  (sql: Sql, sealer: Sealer) =>
  (channel: string): Bookmark => {
    const name = `bookmark:${channel}`;
    return {
      async read() {
        const [row] = await sql.query<{ value: string }>(`select value from setting where name = $1`, [name]);
        if (!row) return null;
        try {
          return sealer.open(Buffer.from(row.value, 'base64') as Sealed, name);
        } catch {
          // Altered: a channel that starts without a bookmark is better than none that starts.
          return null;
        }
      },
      async write(value) {
        if (value.length > bookmarkLengthMax)
          throw new RangeError(`A bookmark has at most ${bookmarkLengthMax} characters`);
        await sql.query(
          `insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value`,
          [name, sealer.seal(value, name).toString('base64')],
        );
      },
    };
  };
