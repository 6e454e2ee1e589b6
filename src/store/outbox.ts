import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql } from './open.ts';

export interface OutboxRow extends ConversationKey {
  readonly key: string;
  readonly channel: string;
  readonly thread: Sealed;
  readonly body: Sealed;
  readonly replaces: string | null;
  readonly follows: string | null;
  readonly state: 'growing' | 'due' | 'sent' | 'failed';
  readonly attemptedAt: Date | null;
  readonly attempts: number;
  readonly dueAt: Date;
  readonly createdAt: Date;
  readonly sent: Sealed | null;
}

interface Raw {
  organization: string;
  person: string;
  conversation: string;
  key: string;
  channel: string;
  thread: Uint8Array;
  body: Uint8Array;
  replaces: string | null;
  follows: string | null;
  state: OutboxRow['state'];
  attempted_at: string | null;
  attempts: number;
  due_at: string;
  created_at: string;
  sent: Uint8Array | null;
}

const toRow = (raw: Raw): OutboxRow => ({
  organization: raw.organization,
  person: raw.person,
  conversation: raw.conversation,
  key: raw.key,
  channel: raw.channel,
  thread: toSealed(raw.thread),
  body: toSealed(raw.body),
  replaces: raw.replaces,
  follows: raw.follows,
  state: raw.state,
  attemptedAt: raw.attempted_at ? new Date(raw.attempted_at) : null,
  attempts: raw.attempts,
  dueAt: new Date(raw.due_at),
  createdAt: new Date(raw.created_at),
  sent: raw.sent ? toSealed(raw.sent) : null,
});

const columns = `organization, person, conversation, key, channel, thread, body, replaces, follows, state, attempted_at, attempts, due_at, created_at, sent`;
const where = `organization = $1 and person = $2 and conversation = $3 and key = $4`;
const idOf = (row: ConversationKey & { key: string }): unknown[] => [
  row.organization,
  row.person,
  row.conversation,
  row.key,
];

export interface NewOutbox extends ConversationKey {
  readonly key: string;
  readonly channel: string;
  readonly thread: Sealed;
  readonly body: Sealed;
  readonly replaces?: string;
  readonly follows?: string;
  readonly state: 'growing' | 'due';
}

/** Writes the row, or gives an earlier row of the same key its newer body; what was sent already stays known. */
export const putOutbox = (sql: Sql, row: NewOutbox): Promise<unknown> =>
  sql.query(
    `insert into outbox (organization, person, conversation, key, channel, thread, body, replaces, follows, state) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (organization, person, conversation, key) do update set body = excluded.body, state = excluded.state, due_at = now(), attempts = 0
     where outbox.state in ('growing', 'due')`,
    [...idOf(row), row.channel, row.thread, row.body, row.replaces ?? null, row.follows ?? null, row.state],
  );

export const findOutbox = async (sql: Sql, key: ConversationKey, name: string): Promise<OutboxRow | null> => {
  const [raw] = await sql.query<Raw>(`select ${columns} from outbox where ${where}`, idOf({ ...key, key: name }));
  return raw ? toRow(raw) : null;
};

/** What is to be sent in this conversation, oldest first. */
export const dueOutbox = async (sql: Sql, conversation: string): Promise<OutboxRow[]> =>
  (
    await sql.query<Raw>(`select ${columns} from outbox where conversation = $1 and state = 'due' order by position`, [
      conversation,
    ])
  ).map(toRow);

export const markAttempt = (sql: Sql, row: ConversationKey & { key: string }): Promise<unknown> =>
  sql.query(`update outbox set attempted_at = now(), attempts = attempts + 1 where ${where}`, idOf(row));

/** The platform has it: under `growing` more will follow, under `due` it is finished. */
export const markSent = (
  sql: Sql,
  row: ConversationKey & { key: string },
  sent: Sealed,
  sentIndex: string,
  finished: boolean,
): Promise<unknown> =>
  sql.query(
    `update outbox set sent = $5, sent_index = $6, attempted_at = null, state = case when $7 then 'sent' else state end,
       sent_at = case when $7 then now() else sent_at end where ${where}`,
    [...idOf(row), sent, sentIndex, finished],
  );

export const markLater = (
  sql: Sql,
  row: ConversationKey & { key: string },
  dueAt: Date,
  failure: string,
  mayBeShown: boolean,
): Promise<unknown> =>
  sql.query(
    `update outbox set due_at = $5, failure = $6, attempted_at = case when $7 then attempted_at end where ${where}`,
    [...idOf(row), dueAt, failure, mayBeShown],
  );

export const markFailed = (sql: Sql, row: ConversationKey & { key: string }, failure: string): Promise<unknown> =>
  sql.query(`update outbox set state = 'failed', failure = $5 where ${where}`, [...idOf(row), failure]);

/** What the platform told us later about a message of ours. */
export const noteDelivery = (sql: Sql, channel: string, sentIndex: string, failure: string | null): Promise<unknown> =>
  sql.query(`update outbox set failure = $3 where channel = $1 and sent_index = $2`, [channel, sentIndex, failure]);

/** True when the message is one of ours in this conversation. */
export const isOurs = async (sql: Sql, channel: string, sentIndex: string): Promise<boolean> =>
  (await sql.query(`select 1 from outbox where channel = $1 and sent_index = $2`, [channel, sentIndex])).length > 0;

export const conversationsUnsent = async (sql: Sql): Promise<string[]> =>
  (
    await sql.query<{ conversation: string }>(
      `select distinct conversation from outbox where state = 'due' and due_at < now() - interval '5 seconds' limit 500`,
    )
  ).map((row) => row.conversation);
