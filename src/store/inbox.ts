import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

export type EventKind = 'message' | 'action' | 'opened' | 'stopped' | 'edited' | 'deleted' | 'consent';

/** False when the platform's event was stored before. Locking the conversation first gives its rows their order. */
export const insertEvent = async (
  transaction: Transaction,
  key: ConversationKey,
  event: { channel: string; id: string; kind: EventKind; body: Sealed; changes?: number },
): Promise<boolean> => {
  const rows = await transaction.query(
    `with held as (select organization, person, id from conversation where organization = $1 and person = $2 and id = $3 for update)
     insert into inbox (organization, person, conversation, channel, event_id, body, kind, changes)
     select organization, person, id, $4, $5, $6, $7, $8 from held on conflict (channel, event_id) do nothing returning position`,
    [
      key.organization,
      key.person,
      key.conversation,
      event.channel,
      event.id,
      event.body,
      event.kind,
      event.changes ?? null,
    ],
  );
  return rows.length > 0;
};

/** An event that came before, found by the platform's id of it. */
export interface FoundEvent extends ConversationKey {
  readonly position: number;
  readonly wrappedKey: Buffer;
  readonly body: Sealed;
  readonly isStarted: boolean;
  readonly isDone: boolean;
}

/** The event, with its conversation locked until the transaction ends: what is told of it stays true. */
export const lockEvent = async (transaction: Transaction, channel: string, id: string): Promise<FoundEvent | null> => {
  const [held] = await transaction.query<{ wrapped_key: Uint8Array }>(
    `select wrapped_key from conversation where id = (select conversation from inbox where channel = $1 and event_id = $2) for update`,
    [channel, id],
  );
  const [row] = await transaction.query<{
    organization: string;
    person: string;
    conversation: string;
    position: number | string;
    body: Uint8Array;
    is_started: boolean;
    is_done: boolean;
  }>(
    `select organization, person, conversation, position, body, started_at is not null as is_started, done_at is not null as is_done
     from inbox where channel = $1 and event_id = $2`,
    [channel, id],
  );
  // Of one that was forgotten nothing is left to change.
  if (!held || !row || row.body.length === 0) return null;
  return {
    organization: row.organization,
    person: row.person,
    conversation: row.conversation,
    position: Number(row.position),
    wrappedKey: Buffer.from(held.wrapped_key),
    body: toSealed(row.body),
    isStarted: row.is_started,
    isDone: row.is_done,
  };
};

/** What the event says from now on. Whoever has begun with it has begun with something else, and loses the lane. */
export const replaceBody = (transaction: Transaction, event: FoundEvent, body: Sealed): Promise<unknown> =>
  transaction.query(
    `with changed as (update inbox set body = $5 where organization = $1 and person = $2 and conversation = $3 and position = $4
       returning done_at is null and started_at is not null as is_begun)
     update conversation set fence = fence + 1 where organization = $1 and person = $2 and id = $3 and (select is_begun from changed)`,
    [event.organization, event.person, event.conversation, event.position, body],
  );

/** The turn that an event was answered in. */
export const turnAt = async (sql: Sql, key: ConversationKey, position: number): Promise<string | null> => {
  const [row] = await sql.query<{ turn: string | null }>(
    `select turn from inbox where organization = $1 and person = $2 and conversation = $3 and position = $4`,
    [key.organization, key.person, key.conversation, position],
  );
  return row?.turn ?? null;
};

/** The turn that an event was answered in, and all events of that turn as they are now. */
export const turnOfEvent = async (
  sql: Sql,
  key: ConversationKey,
  position: number,
): Promise<{
  readonly turn: string;
  readonly events: readonly { readonly position: number; readonly body: Sealed }[];
} | null> => {
  const rows = await sql.query<{ turn: string; position: number | string; body: Uint8Array }>(
    `select turn, position, body from inbox where organization = $1 and person = $2 and conversation = $3
       and turn = (select turn from inbox where organization = $1 and person = $2 and conversation = $3 and position = $4)
       and length(body) > 0
     order by position`,
    [key.organization, key.person, key.conversation, position],
  );
  if (!rows[0]) return null;
  const events = rows.map((row) => ({ position: Number(row.position), body: toSealed(row.body) }));
  return { turn: rows[0].turn, events };
};

/** Whether the person wrote after this position. */
export const wroteAfter = async (sql: Sql, conversation: string, position: number): Promise<boolean> =>
  (
    await sql.query(
      `select 1 from inbox where conversation = $1 and done_at is null and position > $2 and kind <> 'stopped' limit 1`,
      [conversation, position],
    )
  ).length > 0;

/** Whether the person asked to stop after this position. */
export const askedToStop = async (sql: Sql, conversation: string, after: number): Promise<boolean> =>
  (
    await sql.query(
      `select 1 from inbox where conversation = $1 and done_at is null and position > $2 and kind = 'stopped' limit 1`,
      [conversation, after],
    )
  ).length > 0;

/** Whether the person of a conversation wrote on its own channel in so many milliseconds. */
export const heardWithin = async (
  sql: Sql,
  { conversation, channel }: ConversationKey & { readonly channel: string },
  ms: number,
): Promise<boolean> =>
  (
    await sql.query(
      `select 1 from inbox where conversation = $1 and channel = $2 and received_at > now() - $3 * interval '1 millisecond' limit 1`,
      [conversation, channel, ms],
    )
  ).length > 0;

/** Conversations with work that nothing is woken for: a lost wake-up is found here. */
export const conversationsWaiting = async (sql: Sql, olderThanMs: number): Promise<string[]> =>
  (
    await sql.query<{ conversation: string }>(
      `select distinct conversation from inbox where done_at is null and received_at < now() - $1 * interval '1 millisecond' limit 500`,
      [olderThanMs],
    )
  ).map((row) => row.conversation);
