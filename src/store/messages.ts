import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

export type Speaker = 'customer' | 'assistant' | 'agent';

export interface MessageRow {
  readonly position: number;
  readonly speaker: Speaker;
  readonly body: Sealed;
}

export const insertMessage = (
  transaction: Transaction,
  key: ConversationKey,
  turn: string,
  speaker: Speaker,
  body: Sealed,
): Promise<unknown> =>
  transaction.query(
    `insert into message (organization, person, conversation, turn, speaker, body) values ($1, $2, $3, $4, $5, $6)`,
    [key.organization, key.person, key.conversation, turn, speaker, body],
  );

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

export interface TurnRow {
  readonly id: string;
  readonly outcome: string;
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly startedAt: Date;
  readonly generatedAt: Date | null;
  readonly guardedAt: Date | null;
}

export const insertTurn = (transaction: Transaction, key: ConversationKey, turn: TurnRow): Promise<unknown> =>
  transaction.query(
    `insert into turn (organization, person, conversation, id, outcome, model, input_tokens, output_tokens, started_at, generated_at, guarded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing`,
    [
      key.organization,
      key.person,
      key.conversation,
      turn.id,
      turn.outcome,
      turn.model,
      turn.inputTokens,
      turn.outputTokens,
      turn.startedAt,
      turn.generatedAt,
      turn.guardedAt,
    ],
  );
