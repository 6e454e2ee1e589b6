import type { OutboxState } from './entities.ts';
import { toSealed } from './conversations.ts';
import type { TurnRow } from './messages.ts';
import type { Sql } from './open.ts';
import type { Sealed } from '#core/sealed.ts';

/** The life of each message of one conversation, as its rows tell it. All read-only: nothing here changes anything. */

export interface InboundLife {
  readonly position: number;
  readonly channel: string;
  readonly receivedAt: Date;
  readonly startedAt: Date | null;
  readonly doneAt: Date | null;
  readonly turn: string | null;
}

export interface TurnLife extends Omit<TurnRow, 'receipt' | 'cited' | 'isMissed'> {
  readonly finishedAt: Date;
}

export interface OutboundLife {
  readonly key: string;
  readonly channel: string;
  readonly state: OutboxState;
  readonly createdAt: Date;
  readonly shownAt: Date | null;
  readonly edits: number;
  readonly editedAt: Date | null;
  readonly sentAt: Date | null;
  readonly endedAt: Date | null;
  readonly dueAt: Date;
  readonly attempts: number;
  readonly failure: string | null;
  readonly sent: Sealed | null;
}

export interface LedgerEntry {
  readonly subject: string;
  readonly step: string;
  readonly code: string | null;
  readonly at: Date;
}

const date = (value: string | null): Date | null => (value === null ? null : new Date(value));

type Row = Readonly<Record<string, string | number | Uint8Array | null>>;
const text = (value: Row[string] | undefined): string => String(value ?? '');
const textOrNull = (value: Row[string] | undefined): string | null => (value == null ? null : String(value));
const when = (value: Row[string] | undefined): Date | null => date(textOrNull(value));

export const readInbound = async (sql: Sql, conversation: string): Promise<InboundLife[]> =>
  (
    await sql.query<Row>(
      `select position, channel, received_at, started_at, done_at, turn from inbox where conversation = $1 order by position`,
      [conversation],
    )
  ).map((row) => ({
    position: Number(row['position']),
    channel: text(row['channel']),
    receivedAt: new Date(text(row['received_at'])),
    startedAt: when(row['started_at']),
    doneAt: when(row['done_at']),
    turn: textOrNull(row['turn']),
  }));

export const readTurns = async (sql: Sql, conversation: string): Promise<TurnLife[]> =>
  (
    await sql.query<Row>(
      `select id, outcome, model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, started_at, generated_at, guarded_at, finished_at
       from turn where conversation = $1 order by started_at`,
      [conversation],
    )
  ).map((row) => ({
    id: text(row['id']),
    outcome: text(row['outcome']),
    model: textOrNull(row['model']),
    inputTokens: Number(row['input_tokens']),
    outputTokens: Number(row['output_tokens']),
    cacheReadTokens: Number(row['cache_read_tokens']),
    cacheWriteTokens: Number(row['cache_write_tokens']),
    costMicros: Number(row['cost_micros']),
    startedAt: new Date(text(row['started_at'])),
    generatedAt: when(row['generated_at']),
    guardedAt: when(row['guarded_at']),
    finishedAt: new Date(text(row['finished_at'])),
  }));

export const readOutbound = async (sql: Sql, conversation: string): Promise<OutboundLife[]> =>
  (
    await sql.query<Row>(
      `select key, channel, state, created_at, shown_at, edits, edited_at, sent_at, ended_at, due_at, attempts, failure, sent
       from outbox where conversation = $1 order by position`,
      [conversation],
    )
  ).map((row) => ({
    key: text(row['key']),
    channel: text(row['channel']),
    state: text(row['state']) as OutboxState,
    createdAt: new Date(text(row['created_at'])),
    shownAt: when(row['shown_at']),
    edits: Number(row['edits']),
    editedAt: when(row['edited_at']),
    sentAt: when(row['sent_at']),
    endedAt: when(row['ended_at']),
    dueAt: new Date(text(row['due_at'])),
    attempts: Number(row['attempts']),
    failure: textOrNull(row['failure']),
    sent: row['sent'] instanceof Uint8Array ? toSealed(row['sent']) : null,
  }));

export const readLedger = async (sql: Sql, conversation: string): Promise<LedgerEntry[]> =>
  (
    await sql.query<Row>(`select subject, step, code, at from ledger where conversation = $1 order by position`, [
      conversation,
    ])
  ).map((row) => ({
    subject: text(row['subject']),
    step: text(row['step']),
    code: textOrNull(row['code']),
    at: new Date(text(row['at'])),
  }));

/** The conversation of an outbox key, a turn, or a message by the fingerprint of its platform's id. */
export const findConversationOf = async (sql: Sql, name: string, sentIndex: string): Promise<string | null> => {
  const [row] = await sql.query<{ conversation: string }>(
    `select id as conversation from conversation where id::text = $1
     union select conversation from outbox where key = $1 or sent_index = $2
     union select conversation from turn where id::text = $1 limit 1`,
    [name, sentIndex],
  );
  return row?.conversation ?? null;
};

export interface Stuck {
  readonly kind: 'unanswered' | 'unsent' | 'growing' | 'given_up' | 'waiting_case';
  readonly conversation: string;
  readonly channel: string;
  readonly name: string;
  readonly since: Date;
  readonly code: string | null;
}

/** What has not moved for `olderThanMs`, and what was given up within the last day. */
export const findStuck = async (sql: Sql, olderThanMs: number): Promise<Stuck[]> => {
  const old = `now() - $1 * interval '1 millisecond'`;
  const rows = await sql.query<Row>(
    `select 'unanswered' as kind, conversation, channel, position::text as name, received_at as since, null as code
       from inbox where done_at is null and received_at < ${old}
     union all select case state when 'growing' then 'growing' else 'unsent' end, conversation, channel, key,
       greatest(created_at, coalesce(edited_at, created_at)), failure
       from outbox where state in ('due', 'growing') and greatest(created_at, coalesce(edited_at, created_at)) < ${old}
     union all select 'given_up', conversation, channel, key, ended_at,
       case report when 'failed' then 'undelivered' else state end || ' ' || coalesce(failure, '')
       from outbox where (state in ('failed', 'expired', 'uncertain', 'withheld') or report = 'failed') and ended_at > now() - interval '1 day'
     union all select 'waiting_case', conversation, channel, id::text, opened_at, reason
       from support_case where state = 'waiting' and opened_at < now() - interval '1 hour'
     order by since limit 500`,
    [olderThanMs],
  );
  return rows.map((row) => ({
    kind: text(row['kind']) as Stuck['kind'],
    conversation: text(row['conversation']),
    channel: text(row['channel']),
    name: text(row['name']),
    since: new Date(text(row['since'])),
    code: textOrNull(row['code']),
  }));
};
