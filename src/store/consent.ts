import type { ConversationKey } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

/** A person on a channel, as a keyed fingerprint. */
export interface Whose {
  readonly channel: string;
  readonly handle: string;
}

/** False when the same event was written before. */
export const writeConsent = async (
  sql: Sql,
  { channel, handle }: Whose,
  said: { readonly given: boolean; readonly how: string; readonly eventId: string },
): Promise<boolean> =>
  (
    await sql.query(
      `insert into consent (channel, handle, given, how, event_id) values ($1, $2, $3, $4, $5)
       on conflict (channel, event_id) do nothing returning 1`,
      [channel, handle, said.given, said.how, said.eventId],
    )
  ).length > 0;

/** A person whom the platform refused to bring our words to. */
export const writeRefusal = (
  sql: Sql,
  key: ConversationKey & { readonly channel: string; readonly key: string },
  how: string,
): Promise<unknown> =>
  sql.query(
    `insert into consent (channel, handle, given, how, event_id)
     select channel, handle, false, $4, 'refused:' || $5 from person where organization = $1 and person = $2 and channel = $3
     on conflict (channel, event_id) do nothing`,
    [key.organization, key.person, key.channel, how, key.key],
  );

/** An expression of SQL over three others: whether this person wants nothing more on this channel. */
export const withdrawnBy = (organization: string, person: string, channel: string): string =>
  `coalesce((select not said.given from consent said join person whose on whose.channel = said.channel and whose.handle = said.handle
     where whose.organization = ${organization} and whose.person = ${person} and said.channel = ${channel}
     order by said.position desc limit 1), false)`;

export const hasWithdrawn = async (sql: Sql, { channel, handle }: Whose): Promise<boolean> => {
  const [last] = await sql.query<{ given: boolean }>(
    `select given from consent where channel = $1 and handle = $2 order by position desc limit 1`,
    [channel, handle],
  );
  return last?.given === false;
};

/** The same for the person of a conversation. */
export const isWithdrawn = async (sql: Sql, key: ConversationKey, channel: string): Promise<boolean> => {
  const [row] = await sql.query<{ withdrawn: boolean }>(`select ${withdrawnBy('$1', '$2', '$3')} as withdrawn`, [
    key.organization,
    key.person,
    channel,
  ]);
  return row?.withdrawn === true;
};

/** Whoever is answering in the conversation loses the lane: nothing of it may be shown any more, nor of another one that goes on in it. */
export const voidLane = (transaction: Transaction, { organization, person, conversation }: ConversationKey) =>
  transaction.query(
    `update conversation set fence = fence + 1, speaks_for = null where organization = $1 and person = $2 and id = $3`,
    [organization, person, conversation],
  );
