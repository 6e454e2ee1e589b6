import type { ConversationKey } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

/** Notes that the person is asked how their case was handled. */
export const askRating = (sql: Sql, key: ConversationKey, id: string): Promise<unknown> =>
  sql.query(
    `insert into csat (organization, person, conversation, "case") values ($1, $2, $3, $4) on conflict do nothing`,
    [key.organization, key.person, key.conversation, id],
  );

/** Whether this person was asked within this time, about any case of theirs. */
export const wasAskedWithin = async (sql: Sql, key: ConversationKey, ms: number): Promise<boolean> =>
  (
    await sql.query(
      `select 1 from csat where organization = $1 and person = $2 and asked_at > now() - $3 * interval '1 millisecond' limit 1`,
      [key.organization, key.person, ms],
    )
  ).length > 0;

/** The case that the person was asked about last and has not rated, within this time. */
export const openRating = async (sql: Sql, key: ConversationKey, ms: number): Promise<string | null> => {
  const [row] = await sql.query<{ case: string }>(
    `select "case" from csat where organization = $1 and person = $2 and conversation = $3 and answered_at is null
       and asked_at > now() - $4 * interval '1 millisecond' order by asked_at desc limit 1`,
    [key.organization, key.person, key.conversation, ms],
  );
  return row?.case ?? null;
};

/** The latest score counts; false where nobody was asked about this case. */
export const saveRating = async (
  transaction: Transaction,
  key: ConversationKey,
  { id, score }: { readonly id: string; readonly score: number },
): Promise<boolean> =>
  (
    await transaction.query(
      `update csat set score = $5, answered_at = now() where organization = $1 and person = $2 and conversation = $3 and "case" = $4 returning 1`,
      [key.organization, key.person, key.conversation, id, score],
    )
  ).length > 0;

/** The turn of the last answer that a model gave in a conversation. */
export const lastAnswered = async (sql: Sql, key: ConversationKey): Promise<string | null> => {
  const [row] = await sql.query<{ id: string }>(
    `select id from turn where organization = $1 and person = $2 and conversation = $3 and model is not null
     order by started_at desc limit 1`,
    [key.organization, key.person, key.conversation],
  );
  return row?.id ?? null;
};
