import type { ConversationKey } from './conversations.ts';
import type { Sql } from './open.ts';

/** What does not happen in the life of every message; the steps that do are columns of the message's own row. */
export type LedgerStep =
  | 'rate_limited'
  | 'send_failed'
  | 'reconciled'
  | 'turn_failed'
  | 'guardrail'
  | 'lane_lost'
  | 'interrupted'
  | 'told_to_desk';

/** `subject` is a turn's id or an outbox key; `code` is ours or the platform's, never anybody's words. */
export const writeLedger = (
  sql: Sql,
  key: ConversationKey,
  entry: { readonly subject: string; readonly step: LedgerStep; readonly code?: string },
): Promise<unknown> =>
  sql.query(
    `insert into ledger (organization, person, conversation, subject, step, code) values ($1, $2, $3, $4, $5, $6)`,
    [key.organization, key.person, key.conversation, entry.subject, entry.step, entry.code ?? null],
  );
