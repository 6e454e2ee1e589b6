import type { Sealed } from '#core/sealed.ts';

import type { ConversationKey } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

/** False when the platform's event was stored before. Locking the conversation first gives its rows their order. */
export const insertEvent = async (
  transaction: Transaction,
  key: ConversationKey,
  event: { channel: string; id: string; body: Sealed },
): Promise<boolean> => {
  const rows = await transaction.query(
    `with held as (select organization, person, id from conversation where organization = $1 and person = $2 and id = $3 for update)
     insert into inbox (organization, person, conversation, channel, event_id, body)
     select organization, person, id, $4, $5, $6 from held on conflict (channel, event_id) do nothing returning position`,
    [key.organization, key.person, key.conversation, event.channel, event.id, event.body],
  );
  return rows.length > 0;
};

/** Whether the person wrote after this position. */
export const wroteAfter = async (sql: Sql, conversation: string, position: number): Promise<boolean> =>
  (
    await sql.query(`select 1 from inbox where conversation = $1 and done_at is null and position > $2 limit 1`, [
      conversation,
      position,
    ])
  ).length > 0;

/** Conversations with work that nothing is woken for: a lost wake-up is found here. */
export const conversationsWaiting = async (sql: Sql, olderThanMs: number): Promise<string[]> =>
  (
    await sql.query<{ conversation: string }>(
      `select distinct conversation from inbox where done_at is null and received_at < now() - $1 * interval '1 millisecond' limit 500`,
      [olderThanMs],
    )
  ).map((row) => row.conversation);
