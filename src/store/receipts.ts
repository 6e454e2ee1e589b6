import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql } from './open.ts';

export interface ReceiptRow {
  readonly turn: string;
  /** Of the shape in core/receipt.ts. */
  readonly receipt: Sealed;
  readonly model: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly startedAt: Date;
  /** The rules that fired in the turn, each with what was done about it, in their order. */
  readonly rules: readonly string[];
}

/** The receipt of one turn of a conversation, or of its latest answer; null where there is none, or it was forgotten. */
export const findReceipt = async (sql: Sql, key: ConversationKey, turn: string | null): Promise<ReceiptRow | null> => {
  const [row] = await sql.query<{
    id: string;
    receipt: Uint8Array;
    model: string | null;
    input_tokens: number;
    output_tokens: number;
    started_at: string | Date;
    rules: string[] | null;
  }>(
    `select t.id, t.receipt, t.model, t.input_tokens, t.output_tokens, t.started_at,
       (select array_agg(l.code order by l.at) from ledger l where l.organization = t.organization and l.person = t.person
          and l.conversation = t.conversation and l.subject = t.id::text and l.step = 'guardrail') as rules
     from turn t where t.organization = $1 and t.person = $2 and t.conversation = $3 and t.receipt is not null and t.model is not null
       and ($4::text is null or t.id::text = $4) order by t.started_at desc limit 1`,
    [key.organization, key.person, key.conversation, turn],
  );
  return row
    ? {
        turn: row.id,
        receipt: toSealed(row.receipt),
        model: row.model,
        inputTokens: row.input_tokens,
        outputTokens: row.output_tokens,
        startedAt: new Date(row.started_at),
        rules: row.rules ?? [],
      }
    : null;
};

/** The turn that a message of ours in this conversation belongs to; null where it is none of its. */
export const turnOfMessage = async (
  sql: Sql,
  conversation: string,
  message: { readonly channel: string; readonly sentIndex: string },
): Promise<string | null> => {
  const [row] = await sql.query<{ turn: string }>(
    `select left(key, 36) as turn from outbox where conversation = $1 and channel = $2 and sent_index = $3`,
    [conversation, message.channel, message.sentIndex],
  );
  return row?.turn ?? null;
};
