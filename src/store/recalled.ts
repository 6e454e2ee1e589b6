import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Speaker } from './messages.ts';
import type { Sql } from './open.ts';

export interface RecalledRow {
  readonly position: number;
  readonly speaker: Speaker;
  readonly body: Sealed;
  readonly ageMs: number;
  /** The passages of its turn, with the customer's words only. */
  readonly quoted: Sealed | null;
}

/** The last `limit` messages after a position as a model is told of them, oldest first. */
export const recalledAfter = async (
  sql: Sql,
  key: ConversationKey,
  after: number,
  limit: number,
): Promise<RecalledRow[]> => {
  const rows = await sql.query<{
    position: number | string;
    speaker: Speaker;
    body: Uint8Array;
    age_ms: number | string;
    quoted: Uint8Array | null;
  }>(
    `select m.position, m.speaker, m.body, extract(epoch from now() - m.created_at) * 1000 as age_ms, q.body as quoted
     from message m left join quoted q on m.speaker = 'customer' and q.organization = m.organization
       and q.person = m.person and q.conversation = m.conversation and q.turn = m.turn
     where m.organization = $1 and m.person = $2 and m.conversation = $3 and m.position > $4
     order by m.position desc limit $5`,
    [key.organization, key.person, key.conversation, after, limit],
  );
  return rows
    .map((row) => ({
      position: Number(row.position),
      speaker: row.speaker,
      body: toSealed(row.body),
      ageMs: Number(row.age_ms),
      quoted: row.quoted && toSealed(row.quoted),
    }))
    .reverse();
};

/** Deletes what models were shown longer than this ago. */
export const dropQuoted = (sql: Sql, afterMs: number): Promise<unknown> =>
  sql.query(`delete from quoted where created_at < now() - $1 * interval '1 millisecond'`, [afterMs]);
