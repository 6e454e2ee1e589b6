import type { Sentiment } from '#core/model.ts';

import type { ConversationKey } from './conversations.ts';
import type { Sql } from './open.ts';

export interface RecentTurn {
  readonly id: string;
  readonly isMissed: boolean;
  readonly sentiment: Sentiment | null;
}

const turnsMax = 50;

/** What was asked and answered since people were last on this conversation, oldest first. */
export const recentTurns = async (sql: Sql, key: ConversationKey): Promise<RecentTurn[]> =>
  (
    await sql.query<{ id: string; is_missed: boolean; sentiment: Sentiment | null }>(
      `select id, is_missed, sentiment from turn where organization = $1 and person = $2 and conversation = $3
         and (model is not null or is_missed)
         and started_at > coalesce((select max(closed_at) from support_case where conversation = $3), '-infinity')
       order by started_at desc limit ${turnsMax}`,
      [key.organization, key.person, key.conversation],
    )
  )
    .map((row) => ({ id: row.id, isMissed: row.is_missed, sentiment: row.sentiment }))
    .reverse();
