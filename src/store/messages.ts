import type { Signals } from '#core/model.ts';
import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

export type Speaker = 'customer' | 'assistant' | 'agent';

export interface MessageRow {
  readonly position: number;
  readonly speaker: Speaker;
  readonly body: Sealed;
}

/** The last `limit` messages after a position, oldest first. */
export const messagesAfter = async (
  sql: Sql,
  key: ConversationKey,
  after: number,
  limit: number,
): Promise<MessageRow[]> => {
  const rows = await sql.query<{ position: number | string; speaker: Speaker; body: Uint8Array }>(
    `select position, speaker, body from message where organization = $1 and person = $2 and conversation = $3 and position > $4
     order by position desc limit $5`,
    [key.organization, key.person, key.conversation, after, limit],
  );
  return rows
    .map((row) => ({ position: Number(row.position), speaker: row.speaker, body: toSealed(row.body) }))
    .reverse();
};

/** The customer's words of a turn as they are remembered from now on; null for none. A summary that holds the old ones goes too. */
export const replaceSaid = (sql: Sql, key: ConversationKey, turn: string, body: Sealed | null): Promise<unknown> =>
  sql.query(
    `with old as (select position from message where organization = $1 and person = $2 and conversation = $3
       and turn = $4 and speaker = 'customer'),
     changed as (update message set body = $5 where $5::bytea is not null and position in (select position from old)
       and organization = $1 and person = $2 and conversation = $3),
     gone as (delete from message where $5::bytea is null and position in (select position from old)
       and organization = $1 and person = $2 and conversation = $3)
     update conversation set summary = null, summarized_through = 0
     where organization = $1 and person = $2 and id = $3 and summarized_through >= (select min(position) from old)`,
    [key.organization, key.person, key.conversation, turn, body],
  );

/** How the last turn of a conversation ended; null before the first. */
export const lastOutcome = async (sql: Sql, key: ConversationKey): Promise<string | null> => {
  const [row] = await sql.query<{ outcome: string }>(
    `select outcome from turn where organization = $1 and person = $2 and conversation = $3 order by started_at desc limit 1`,
    [key.organization, key.person, key.conversation],
  );
  return row?.outcome ?? null;
};

export interface TurnRow {
  readonly id: string;
  readonly outcome: string;
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Millionths of a dollar. */
  readonly costMicros: number;
  readonly startedAt: Date;
  readonly generatedAt: Date | null;
  readonly guardedAt: Date | null;
  /** What the answer leans on. */
  readonly receipt: Sealed | null;
  /** The documents that it cites. */
  readonly cited: readonly string[];
  /** Something was asked, and there was nothing to lean on. */
  readonly isMissed: boolean;
}

/** A turn as it is written: with what it was answered by, and what the model noticed. */
export interface WrittenTurn extends TurnRow {
  readonly prompt: string | null;
  readonly signals: Signals | null;
}

export interface EndedTurn {
  readonly turn: WrittenTurn;
  readonly said: readonly { readonly speaker: Speaker; readonly body: Sealed }[];
  /** The passages that the model was shown; null where none answered. */
  readonly quoted: Sealed | null;
  /** The inbox rows that are done by it. */
  readonly positions: readonly number[];
  /** It told that an AI answers here. */
  readonly discloses: boolean;
  /** The language that is spoken from now on; null where that is no other than before. */
  readonly language: string | null;
  /** What the last words asked for; null where nothing was said to the person. */
  readonly asked: readonly string[] | null;
}

/** What was said in a turn, what it cost, and that its events are done, as one statement. */
export const endTurn = (
  transaction: Transaction,
  key: ConversationKey,
  { turn, said, quoted, positions, discloses, language, asked }: EndedTurn,
): Promise<unknown> => {
  const values: unknown[] = [key.organization, key.person, key.conversation, turn.id, positions];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const parts = [
    `done as (update inbox set done_at = now(), turn = $4::uuid
       where organization = $1 and person = $2::uuid and conversation = $3::uuid and position = any($5::bigint[]))`,
  ];
  if (said.length > 0)
    parts.push(
      `said as (insert into message (organization, person, conversation, turn, speaker, body) values ${said
        .map(({ speaker, body }) => `($1, $2::uuid, $3::uuid, $4::uuid, ${bind(speaker)}, ${bind(body)}::bytea)`)
        .join(', ')})`,
    );
  if (quoted)
    parts.push(
      `quoted as (insert into quoted (organization, person, conversation, turn, body)
       values ($1, $2::uuid, $3::uuid, $4::uuid, ${bind(quoted)}::bytea) on conflict do nothing)`,
    );
  if (discloses || language || asked)
    parts.push(`spoke as (update conversation
       set disclosed_at = coalesce(disclosed_at, ${discloses ? 'now()' : 'null'}), language = coalesce(${bind(language)}, language), asked = coalesce(${bind(asked)}::text[], asked)
       where organization = $1 and person = $2::uuid and id = $3::uuid)`);
  const row = [
    turn.outcome,
    turn.model,
    turn.inputTokens,
    turn.outputTokens,
    turn.cacheReadTokens,
    turn.cacheWriteTokens,
    turn.costMicros,
    turn.prompt,
    turn.signals?.intent ?? null,
    turn.signals?.sentiment ?? null,
    turn.signals?.needsHuman ?? null,
    turn.startedAt,
    turn.generatedAt,
    turn.guardedAt,
    turn.receipt,
    turn.cited,
    turn.isMissed,
  ];
  return transaction.query(
    `with ${parts.join(', ')}
     insert into turn (organization, person, conversation, id, outcome, model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cost_micros, prompt, intent, sentiment, needs_human, started_at, generated_at, guarded_at, receipt, cited, is_missed)
     values ($1, $2::uuid, $3::uuid, $4::uuid, ${row.map(bind).join(', ')}) on conflict do nothing`,
    values,
  );
};
