import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

export type CaseState = 'waiting' | 'claimed' | 'returned' | 'resolved';

export interface CaseRow extends ConversationKey {
  readonly id: string;
  readonly state: CaseState;
  readonly reason: string;
  readonly channel: string;
  readonly thread: Sealed | null;
  readonly card: Sealed;
  readonly claimedBy: string | null;
  readonly claimedName: Sealed | null;
  /** The system that holds its ticket; null where there is none. */
  readonly ticketChannel: string | null;
}

interface Raw {
  organization: string;
  person: string;
  conversation: string;
  id: string;
  state: CaseState;
  reason: string;
  channel: string;
  thread: Uint8Array | null;
  card: Uint8Array;
  claimed_by: string | null;
  claimed_name: Uint8Array | null;
  ticket_channel: string | null;
}

const toRow = (raw: Raw): CaseRow => ({
  organization: raw.organization,
  person: raw.person,
  conversation: raw.conversation,
  id: raw.id,
  state: raw.state,
  reason: raw.reason,
  channel: raw.channel,
  thread: raw.thread ? toSealed(raw.thread) : null,
  card: toSealed(raw.card),
  claimedBy: raw.claimed_by,
  claimedName: raw.claimed_name ? toSealed(raw.claimed_name) : null,
  ticketChannel: raw.ticket_channel,
});

const columns = `organization, person, conversation, id, state, reason, channel, thread, card, claimed_by, claimed_name, ticket_channel`;

/** False when this conversation has an open case already. */
export const insertCase = async (
  transaction: Transaction,
  key: ConversationKey,
  made: { id: string; reason: string; channel: string; card: Sealed },
): Promise<boolean> =>
  (
    await transaction.query(
      `insert into support_case (organization, person, conversation, id, state, reason, channel, card)
     values ($1, $2, $3, $4, 'waiting', $5, $6, $7) on conflict do nothing returning id`,
      [key.organization, key.person, key.conversation, made.id, made.reason, made.channel, made.card],
    )
  ).length > 0;

/** The case that a person is on now, if any. */
export const openCase = async (sql: Sql, conversation: string): Promise<CaseRow | null> => {
  const [raw] = await sql.query<Raw>(
    `select ${columns} from support_case where conversation = $1 and state in ('waiting', 'claimed')`,
    [conversation],
  );
  return raw ? toRow(raw) : null;
};

/** The case that people were on last, open or closed. */
export const newestCase = async (sql: Sql, conversation: string): Promise<CaseRow | null> => {
  const [raw] = await sql.query<Raw>(
    `select ${columns} from support_case where conversation = $1 order by opened_at desc limit 1`,
    [conversation],
  );
  return raw ? toRow(raw) : null;
};

/** A case of this conversation. */
export const caseById = async (sql: Sql, key: ConversationKey, id: string): Promise<CaseRow | null> => {
  const [raw] = await sql.query<Raw>(
    `select ${columns} from support_case where organization = $1 and person = $2 and conversation = $3 and id = $4`,
    [key.organization, key.person, key.conversation, id],
  );
  return raw ? toRow(raw) : null;
};

/** The case of this id whose desk, or ticket, is on this channel. */
export const findCase = async (sql: Sql, channel: string, id: string): Promise<CaseRow | null> => {
  const [raw] = await sql.query<Raw>(
    `select ${columns} from support_case where (channel = $1 or ticket_channel = $1) and id = $2`,
    [channel, id],
  );
  return raw ? toRow(raw) : null;
};

/** The tickets of cases that people are done with, in a conversation. */
export const closedTickets = async (
  sql: Sql,
  key: ConversationKey,
): Promise<{ readonly channel: string; readonly thread: Sealed; readonly index: string }[]> =>
  (
    await sql.query<{ ticket_channel: string; ticket_thread: Uint8Array; ticket_index: string }>(
      `select ticket_channel, ticket_thread, ticket_index from support_case
       where organization = $1 and person = $2 and conversation = $3 and ticket_index is not null and state not in ('waiting', 'claimed')`,
      [key.organization, key.person, key.conversation],
    )
  ).map((row) => ({ channel: row.ticket_channel, thread: toSealed(row.ticket_thread), index: row.ticket_index }));

/** The case has a ticket in that system from now on: where it is, is known once it is there. */
export const promiseTicket = (sql: Sql, found: CaseRow, channel: string): Promise<unknown> =>
  sql.query(
    `update support_case set ticket_channel = $5 where organization = $1 and person = $2 and conversation = $3 and id = $4`,
    [found.organization, found.person, found.conversation, found.id, channel],
  );

export const saveTicket = (
  sql: Sql,
  key: ConversationKey & { id: string },
  thread: Sealed,
  threadIndex: string,
): Promise<unknown> =>
  sql.query(
    `update support_case set ticket_thread = $5, ticket_index = $6 where organization = $1 and person = $2 and conversation = $3 and id = $4`,
    [key.organization, key.person, key.conversation, key.id, thread, threadIndex],
  );

export const saveCaseThread = (
  sql: Sql,
  key: ConversationKey & { id: string },
  thread: Sealed,
  threadIndex: string,
): Promise<unknown> =>
  sql.query(
    `update support_case set thread = $5, thread_index = $6 where organization = $1 and person = $2 and conversation = $3 and id = $4`,
    [key.organization, key.person, key.conversation, key.id, thread, threadIndex],
  );

/** One winner: true only for the agent whose claim found the case waiting, or who takes it over. */
export const claimCase = async (
  sql: Sql,
  found: CaseRow,
  by: { readonly agent: string; readonly name: Sealed; readonly takesOver: boolean },
): Promise<boolean> =>
  (
    await sql.query(
      `update support_case set state = 'claimed', claimed_by = $5, claimed_name = $6, claimed_at = now()
     where organization = $1 and person = $2 and conversation = $3 and id = $4
       and (state = 'waiting' or ($7 and state = 'claimed')) returning id`,
      [found.organization, found.person, found.conversation, found.id, by.agent, by.name, by.takesOver],
    )
  ).length > 0;

/** It waits again, for whoever claims it. */
export const releaseCase = (sql: Sql, found: CaseRow): Promise<unknown> =>
  sql.query(
    `update support_case set state = 'waiting', claimed_by = null, claimed_name = null
     where organization = $1 and person = $2 and conversation = $3 and id = $4 and state = 'claimed'`,
    [found.organization, found.person, found.conversation, found.id],
  );

export const closeCase = async (sql: Sql, found: CaseRow, state: 'returned' | 'resolved'): Promise<boolean> =>
  (
    await sql.query(
      `update support_case set state = $5, closed_at = now()
     where organization = $1 and person = $2 and conversation = $3 and id = $4 and state in ('waiting', 'claimed') returning id`,
      [found.organization, found.person, found.conversation, found.id, state],
    )
  ).length > 0;

/** For a desk whose room is gone for good: whoever waited there has the assistant again. */
export const returnOpenCases = (sql: Sql): Promise<unknown> =>
  sql.query(`update support_case set state = 'returned', closed_at = now() where state in ('waiting', 'claimed')`);
