import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

export interface InboxRow {
  readonly position: number;
  readonly body: Sealed;
  readonly receivedAt: Date;
}

/** False when the platform's event was stored before. */
export const insertEvent = async (
  transaction: Transaction,
  key: ConversationKey,
  event: { channel: string; id: string; body: Sealed },
): Promise<boolean> => {
  const rows = await transaction.query(
    `insert into inbox (organization, person, conversation, channel, event_id, body) values ($1, $2, $3, $4, $5, $6)
     on conflict (channel, event_id) do nothing returning position`,
    [key.organization, key.person, key.conversation, event.channel, event.id, event.body],
  );
  return rows.length > 0;
};

/** What waits in this conversation, oldest first, at most `limit` rows. */
export const waitingEvents = async (sql: Sql, conversation: string, limit: number): Promise<InboxRow[]> => {
  const rows = await sql.query<{ position: number | string; body: Uint8Array; received_at: string }>(
    `select position, body, received_at from inbox where conversation = $1 and done_at is null order by position limit $2`,
    [conversation, limit],
  );
  return rows.map((row) => ({
    position: Number(row.position),
    body: toSealed(row.body),
    receivedAt: new Date(row.received_at),
  }));
};

export const finishEvents = (
  transaction: Transaction,
  key: ConversationKey,
  positions: readonly number[],
  turn: string,
): Promise<unknown> =>
  transaction.query(
    `update inbox set done_at = now(), turn = $5 where organization = $1 and person = $2 and conversation = $3 and position = any($4::bigint[])`,
    [key.organization, key.person, key.conversation, positions, turn],
  );

/** Conversations with work that nothing is woken for: a lost wake-up is found here. */
export const conversationsWaiting = async (sql: Sql, olderThanMs: number): Promise<string[]> =>
  (
    await sql.query<{ conversation: string }>(
      `select distinct conversation from inbox where done_at is null and received_at < now() - $1 * interval '1 millisecond' limit 500`,
      [olderThanMs],
    )
  ).map((row) => row.conversation);
