import type { Sealed } from '#core/sealed.ts';

import { withdrawnBy } from './consent.ts';
import { type ConversationKey, toSealed } from './conversations.ts';
import type { OutboxState } from './entities.ts';
import type { Sql } from './open.ts';

export interface OutboxRow extends ConversationKey {
  readonly key: string;
  readonly channel: string;
  readonly thread: Sealed;
  readonly body: Sealed;
  readonly replaces: string | null;
  readonly follows: string | null;
  readonly state: OutboxState;
  /** A send was begun and its end is not known. */
  readonly attemptedAt: Date | null;
  readonly attempts: number;
  /** Milliseconds until it may be sent, by the database's clock when it was read; not above 0 where that is now. */
  readonly dueInMs: number;
  /** Milliseconds since it was written, or was first to be sent, by the same clock: this machine's may be set to anything. */
  readonly ageMs: number;
  readonly createdAt: Date;
  readonly sent: Sealed | null;
  readonly unsettled: boolean;
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
  due_in_ms: number | string;
  age_ms: number | string;
  created_at: string;
  sent: Uint8Array | null;
  unsettled: boolean;
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
  dueInMs: Number(raw.due_in_ms),
  ageMs: Number(raw.age_ms),
  createdAt: new Date(raw.created_at),
  sent: raw.sent ? toSealed(raw.sent) : null,
  unsettled: raw.unsettled,
});

const columns = `organization, person, conversation, key, channel, thread, body, replaces, follows, state, attempted_at, attempts, created_at, sent, unsettled,
  ceil(extract(epoch from due_at - now()) * 1000) as due_in_ms, floor(extract(epoch from now() - coalesce(held_until, created_at)) * 1000) as age_ms`;
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
  readonly notBefore?: Date;
  readonly state: 'growing' | 'due' | 'held';
}

/** Writes the row, or gives an earlier row of the same key its newer body; what was sent already stays known. */
export const putOutbox = (sql: Sql, row: NewOutbox): Promise<unknown> =>
  sql.query(
    `insert into outbox (organization, person, conversation, key, channel, thread, body, replaces, follows, state, held_until, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce($11::timestamptz, now()))
     on conflict (organization, person, conversation, key) do update set body = excluded.body, state = excluded.state, due_at = now(), attempts = 0
     where outbox.state in ('growing', 'due')`,
    [
      ...idOf(row),
      row.channel,
      row.thread,
      row.body,
      row.replaces ?? null,
      row.follows ?? null,
      row.state,
      row.notBefore ?? null,
    ],
  );

export const findOutbox = async (sql: Sql, key: ConversationKey, name: string): Promise<OutboxRow | null> => {
  const [raw] = await sql.query<Raw>(`select ${columns} from outbox where ${where}`, idOf({ ...key, key: name }));
  return raw ? toRow(raw) : null;
};

export interface TakenOutbox {
  readonly fence: number;
  readonly wrappedKey: Buffer;
  /** Oldest first. */
  readonly due: readonly OutboxRow[];
}

/** Takes what is due in a conversation: from now on only the holder of the fence may send it. Null when nothing is. */
export const takeOutbox = async (sql: Sql, conversation: string): Promise<TakenOutbox | null> => {
  const rows = await sql.query<Raw & { outbox_fence: number; wrapped_key: Uint8Array }>(
    `with taken as (update conversation set outbox_fence = outbox_fence + 1 where id = $1
       and exists (select 1 from outbox where conversation = $1 and state = 'due') returning outbox_fence, wrapped_key)
     select ${columns}, outbox_fence, wrapped_key from taken join outbox on conversation = $1 and state = 'due' order by position`,
    [conversation],
  );
  const [first] = rows;
  return first ? { fence: first.outbox_fence, wrappedKey: Buffer.from(first.wrapped_key), due: rows.map(toRow) } : null;
};

/**
 * Before each write of an answer that grows: makes its row, or notes one more write, for whoever holds the lane. Null when
 * another worker holds it, or while an earlier message still waits to be sent: what comes later must not stand above it.
 * `wroteMore` and `isStopped` tell what the person has done since the events up to `position`.
 */
export const holdGrowing = async (
  sql: Sql,
  row: Omit<NewOutbox, 'state'>,
  fence: number,
  position: number,
): Promise<{ row: OutboxRow; wroteMore: boolean; isStopped: boolean } | null> => {
  const [raw] = await sql.query<Raw & { later: string[] | null }>(
    `insert into outbox (organization, person, conversation, key, channel, thread, body, state, attempted_at)
     select $1, $2, $3, $4, $5, $6, $7, 'growing', now() from conversation where id = $3 and fence = $8
       and not exists (
         select 1 from outbox earlier where earlier.conversation = $3 and earlier.channel = $5 and earlier.state = 'due'
           and earlier.sent_at is null and earlier.follows is null and earlier.replaces is null and earlier.key <> $4
           and earlier.position < coalesce((select position from outbox where conversation = $3 and key = $4), $10))
     for share
     on conflict (organization, person, conversation, key) do update set edits = outbox.edits + 1, edited_at = now(),
       attempted_at = case when outbox.sent is null then coalesce(outbox.attempted_at, now()) end
     where outbox.state = 'growing'
     returning ${columns},
       (select array_agg(distinct kind) from inbox where conversation = $3 and done_at is null and position > $9) as later`,
    [...idOf(row), row.channel, row.thread, row.body, fence, position, Number.MAX_SAFE_INTEGER],
  );
  if (!raw) return null;
  const later = raw.later ?? [];
  return { row: toRow(raw), wroteMore: later.some((kind) => kind !== 'stopped'), isStopped: later.includes('stopped') };
};

/**
 * Before each send of what is due: false when another worker has taken the outbox, or has tried to send this row since it was read
 * with so many attempts, or when the person wants to be written to no more.
 */
export const holdDue = async (
  sql: Sql,
  row: ConversationKey & { key: string },
  fence: number,
  attempts: number,
): Promise<boolean> =>
  (
    await sql.query(
      `update outbox set attempted_at = now(), attempts = attempts + 1 where ${where} and state = 'due' and attempts = $6
         and exists (select 1 from conversation where id = $3 and outbox_fence = $5)
         and not ${withdrawnBy('$1', '$2', 'outbox.channel')} returning 1`,
      [...idOf(row), fence, attempts],
    )
  ).length > 0;

/** Nothing was shown by the last attempt. */
export const clearAttempt = (sql: Sql, row: ConversationKey & { key: string }): Promise<unknown> =>
  sql.query(`update outbox set attempted_at = null where ${where}`, idOf(row));

/** The platform has a part of it; more will follow. */
export const markShown = (
  sql: Sql,
  row: ConversationKey & { key: string },
  sent: Sealed,
  sentIndex: string,
): Promise<unknown> =>
  sql.query(
    `update outbox set sent = $5, sent_index = $6, attempted_at = null, shown_at = coalesce(shown_at, now()) where ${where}`,
    [...idOf(row), sent, sentIndex],
  );

/** The platform has it whole. An unsettled one is written once more after `settleMs`, over whatever lands late. */
export const markSent = (
  sql: Sql,
  row: ConversationKey & { key: string },
  sent: Sealed,
  sentIndex: string,
  settleMs: number,
): Promise<unknown> =>
  sql.query(
    `update outbox set sent = $5, sent_index = $6, attempted_at = null, shown_at = coalesce(shown_at, now()), sent_at = now(),
       state = case when unsettled then 'due' else 'sent' end, unsettled = false,
       due_at = case when unsettled then now() + $7 * interval '1 millisecond' else due_at end where ${where}`,
    [...idOf(row), sent, sentIndex, settleMs],
  );

export const markUnsettled = (sql: Sql, row: ConversationKey & { key: string }): Promise<unknown> =>
  sql.query(`update outbox set unsettled = true where ${where}`, idOf(row));

/** To be tried again. What is known of an earlier attempt stays: a look at the platform may have failed as well. */
export const markLater = (
  sql: Sql,
  row: ConversationKey & { key: string },
  delayMs: number,
  failure: string,
): Promise<unknown> =>
  sql.query(`update outbox set due_at = now() + $5 * interval '1 millisecond', failure = $6 where ${where}`, [
    ...idOf(row),
    delayMs,
    failure,
  ]);

/** Given up, and why. */
export const markEnded = (
  sql: Sql,
  row: ConversationKey & { key: string },
  state: Extract<OutboxState, 'failed' | 'expired' | 'uncertain' | 'withheld'>,
  failure: string,
): Promise<unknown> =>
  sql.query(`update outbox set state = $5, failure = $6, ended_at = now() where ${where}`, [
    ...idOf(row),
    state,
    failure,
  ]);

/** Whether the platform's message with this fingerprint is already known as another row's. */
export const isSentBy = async (sql: Sql, row: { channel: string; key: string }, sentIndex: string): Promise<boolean> =>
  (
    await sql.query(`select 1 from outbox where channel = $1 and sent_index = $2 and key <> $3 limit 1`, [
      row.channel,
      sentIndex,
      row.key,
    ])
  ).length > 0;

/** Who writes is awake: what was kept from disturbing them goes out. */
export const releaseQuiet = (sql: Sql, key: ConversationKey): Promise<unknown> =>
  sql.query(
    `update outbox set due_at = now(), held_until = now()
     where organization = $1 and person = $2 and conversation = $3 and state = 'due' and held_until > now()`,
    [key.organization, key.person, key.conversation],
  );

/** The rest of the newest answer: an expression of SQL that selects it for conversation $3 and channel $4. */
const rest = `from outbox where organization = $1 and person = $2 and conversation = $3 and channel = $4 and state = 'held'
  and position > coalesce((select max(position) from outbox where conversation = $3 and channel = $4 and state <> 'held'), 0)`;

/** Whether more of the newest answer waits to be asked for; null where there never was any. */
export const findRest = async (
  sql: Sql,
  key: ConversationKey,
  channel: string,
  heldMs: number,
): Promise<'waits' | 'expired' | null> => {
  const [row] = await sql.query<{ waits: boolean }>(
    `select created_at > now() - $5 * interval '1 millisecond' as waits ${rest} order by position limit 1`,
    [key.organization, key.person, key.conversation, channel, heldMs],
  );
  return row ? (row.waits ? 'waits' : 'expired') : null;
};

/** The next part of the newest answer is due now. */
export const releaseRest = (sql: Sql, key: ConversationKey, channel: string): Promise<unknown> =>
  sql.query(
    `update outbox set state = 'due', due_at = now(), held_until = now()
     where organization = $1 and person = $2 and conversation = $3 and position = (select min(position) ${rest})`,
    [key.organization, key.person, key.conversation, channel],
  );

/** What a platform tells later of a message of ours, named by the platform's id or by ours. */
export interface Report {
  readonly channel: string;
  readonly sentIndex: string;
  readonly key: string | undefined;
  readonly status: 'sent' | 'delivered' | 'failed';
  readonly code: string | undefined;
}

/**
 * Keeps the report, and gives the row where it tells something new. Reports come late, twice and in any order: what was delivered or
 * has failed stays so.
 */
export const noteReport = async (
  sql: Sql,
  { channel, sentIndex, key, status, code }: Report,
): Promise<OutboxRow | null> => {
  const [named, name] = key === undefined ? ['sent_index', sentIndex] : ['key', key];
  const [raw] = await sql.query<Raw>(
    `update outbox set report = $3, failure = case when $3 = 'failed' then $4 else failure end,
       ended_at = case when $3 = 'failed' then now() else ended_at end
     where channel = $1 and ${named} = $2 and (report is null or (report = 'sent' and $3 <> 'sent')) returning ${columns}`,
    [channel, name, status, code ?? null],
  );
  return raw ? toRow(raw) : null;
};

export const conversationsUnsent = async (sql: Sql): Promise<string[]> =>
  (
    await sql.query<{ conversation: string }>(
      `select distinct conversation from outbox where state = 'due' and due_at < now() limit 500`,
    )
  ).map((row) => row.conversation);

/** How much waits to be answered or sent now, over all conversations. */
export const countUndone = async (sql: Sql): Promise<number> => {
  const [row] = await sql.query<{ undone: number | string }>(
    `select (select count(*) from inbox where done_at is null)
       + (select count(*) from outbox where state in ('due', 'growing') and coalesce(held_until <= now(), true)) as undone`,
  );
  return Number(row?.undone ?? 0);
};
