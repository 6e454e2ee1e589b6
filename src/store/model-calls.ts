import type { Sql } from './open.ts';

export interface ModelCallRow {
  readonly organization: string;
  readonly person: string;
  readonly conversation: string;
  readonly turn: string | null;
  readonly purpose: string;
  readonly model: string;
  readonly outcome: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly costMicros: number;
}

export const insertModelCall = (sql: Sql, call: ModelCallRow): Promise<unknown> =>
  sql.query(
    `insert into model_call (organization, person, conversation, turn, purpose, model, outcome, input_tokens, output_tokens,
       cache_read_tokens, cache_write_tokens, cost_micros) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      call.organization,
      call.person,
      call.conversation,
      call.turn,
      call.purpose,
      call.model,
      call.outcome,
      call.inputTokens,
      call.outputTokens,
      call.cacheReadTokens,
      call.cacheWriteTokens,
      call.costMicros,
    ],
  );

/** What the models of an organization have cost since the first of this month (UTC), in millionths of a dollar. */
export const spentThisMonth = async (sql: Sql, organization: string): Promise<number> => {
  const [row] = await sql.query<{ spent: number | string }>(
    `select coalesce(sum(cost_micros), 0) as spent from model_call
     where organization = $1 and at >= date_trunc('month', now(), 'UTC')`,
    [organization],
  );
  return Number(row?.spent ?? 0);
};
