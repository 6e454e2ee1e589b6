import type { Sealed } from '#core/sealed.ts';
import type { Sentiment } from '#core/model.ts';

import { toSealed } from './conversations.ts';
import type { Sql } from './open.ts';

/** A question of a customer as it was recorded, with what the answer to it showed. */
export interface RecordedTurn {
  readonly organization: string;
  readonly conversation: string;
  readonly channel: string;
  readonly at: Date;
  readonly outcome: string;
  readonly isMissed: boolean;
  /** What the model noticed while it answered; null where it told nothing. */
  readonly sentiment: Sentiment | null;
  readonly needsHuman: boolean;
  readonly wrappedKey: Buffer;
  readonly said: Sealed;
}

/** The questions since then, conversation after conversation, each in its order. */
export const recordedTurns = async (sql: Sql, since: Date, limit: number): Promise<RecordedTurn[]> =>
  (
    await sql.query<{
      organization: string;
      conversation: string;
      channel: string;
      started_at: string | Date;
      outcome: string;
      is_missed: boolean;
      sentiment: Sentiment | null;
      needs_human: boolean | null;
      wrapped_key: Uint8Array;
      body: Uint8Array;
    }>(
      `select t.organization, t.conversation, c.channel, t.started_at, t.outcome, t.is_missed, t.sentiment, t.needs_human, c.wrapped_key, m.body
       from turn t join conversation c on c.id = t.conversation
       join message m on m.organization = t.organization and m.person = t.person and m.conversation = t.conversation
         and m.turn = t.id and m.speaker = 'customer'
       where t.started_at >= $1 order by t.conversation, t.started_at, m.position limit $2`,
      [since, limit],
    )
  ).map((row) => ({
    organization: row.organization,
    conversation: row.conversation,
    channel: row.channel,
    at: new Date(row.started_at),
    outcome: row.outcome,
    isMissed: row.is_missed,
    sentiment: row.sentiment,
    needsHuman: row.needs_human ?? false,
    wrappedKey: Buffer.from(row.wrapped_key),
    said: toSealed(row.body),
  }));
