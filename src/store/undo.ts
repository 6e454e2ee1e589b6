import type { ConversationKey } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

/** An expression of SQL: what an agent said in conversation $3 that has not begun to leave. */
const undoable = `organization = $1 and person = $2 and conversation = $3 and state = 'due' and attempts = 0 and attempted_at is null
  and due_at > now() and key ~ ':agent(:|$)'`;

/** The keys of the newest reply of an agent, all parts of it, where none of it has left. */
export const findUndoable = async (sql: Sql, key: ConversationKey): Promise<string[]> =>
  (
    await sql.query<{ key: string }>(
      `select key from outbox where ${undoable} and left(key, 36) =
         (select left(key, 36) from outbox where ${undoable} order by position desc limit 1)`,
      [key.organization, key.person, key.conversation],
    )
  ).map((row) => row.key);

/** They are not sent, and nobody said it. Throws, changing nothing, where one of them is leaving by now. */
export const undoOutbox = async (
  transaction: Transaction,
  key: ConversationKey,
  keys: readonly string[],
): Promise<void> => {
  const owner = [key.organization, key.person, key.conversation];
  const undone = await transaction.query(
    `update outbox set state = 'withheld', body = '', failure = 'undone', ended_at = now()
     where ${undoable} and key = any($4::text[]) returning 1`,
    [...owner, keys],
  );
  if (undone.length < keys.length) throw new Error('What was to be taken back is leaving.');
  await transaction.query(
    `delete from message where organization = $1 and person = $2 and conversation = $3 and speaker = 'agent'
       and turn::text = any($4::text[])`,
    [...owner, [...new Set(keys.map((one) => one.slice(0, 36)))]],
  );
};
