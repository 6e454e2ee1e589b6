import type { Sealed } from '#core/sealed.ts';

import type { CaseState } from './cases.ts';
import { type ConversationKey, toSealed } from './conversations.ts';
import type { Speaker } from './messages.ts';
import type { Sql } from './open.ts';

/** A case as it stands in a list. */
export interface ListedCase extends ConversationKey {
  readonly id: string;
  readonly state: CaseState;
  readonly reason: string;
  /** Where the customer is. */
  readonly channel: string;
  /** Where its card is. */
  readonly deskChannel: string;
  readonly profile: Sealed;
  readonly tokens: Sealed | null;
  readonly wrappedKey: Buffer;
  readonly claimedName: Sealed | null;
  readonly openedAt: Date;
  readonly claimedAt: Date | null;
  readonly closedAt: Date | null;
  readonly score: number | null;
}

interface Raw extends ConversationKey {
  id: string;
  state: CaseState;
  reason: string;
  channel: string;
  desk_channel: string;
  profile: Uint8Array;
  tokens: Uint8Array | null;
  wrapped_key: Uint8Array;
  claimed_name: Uint8Array | null;
  opened_at: string | Date;
  claimed_at: string | Date | null;
  closed_at: string | Date | null;
  score: number | null;
}

const toDate = (at: string | Date | null): Date | null => (at === null ? null : new Date(at));

const toListed = (row: Raw): ListedCase => ({
  organization: row.organization,
  person: row.person,
  conversation: row.conversation,
  id: row.id,
  state: row.state,
  reason: row.reason,
  channel: row.channel,
  deskChannel: row.desk_channel,
  profile: toSealed(row.profile),
  tokens: row.tokens && toSealed(row.tokens),
  wrappedKey: Buffer.from(row.wrapped_key),
  claimedName: row.claimed_name && toSealed(row.claimed_name),
  openedAt: new Date(row.opened_at),
  claimedAt: toDate(row.claimed_at),
  closedAt: toDate(row.closed_at),
  score: row.score,
});

const selecting = `select s.organization, s.person, s.conversation, s.id, s.state, s.reason, c.channel, s.channel as desk_channel,
    c.profile, c.tokens, c.wrapped_key, s.claimed_name, s.opened_at, s.claimed_at, s.closed_at, r.score
  from support_case s join conversation c on c.id = s.conversation
  left join csat r on r.conversation = s.conversation and r."case" = s.id`;

/** Open ones by how long they have waited, closed ones the latest first. */
export const listCases = async (sql: Sql, isOpen: boolean, limit: number): Promise<ListedCase[]> =>
  (
    await sql.query<Raw>(
      isOpen
        ? `${selecting} where s.state in ('waiting', 'claimed') order by s.state = 'claimed', s.opened_at limit $1`
        : `${selecting} where s.state in ('returned', 'resolved') order by s.closed_at desc limit $1`,
      [limit],
    )
  ).map(toListed);

export const findListed = async (sql: Sql, id: string): Promise<ListedCase | null> => {
  const [row] = await sql.query<Raw>(`${selecting} where s.id = $1`, [id]);
  return row ? toListed(row) : null;
};

export interface SaidRow {
  readonly speaker: Speaker;
  readonly body: Sealed;
  readonly at: Date;
}

/** The last things said in a conversation, oldest first. */
export const lastSaid = async (sql: Sql, key: ConversationKey, limit: number): Promise<SaidRow[]> =>
  (
    await sql.query<{ speaker: Speaker; body: Uint8Array; created_at: string | Date }>(
      `select speaker, body, created_at from message where organization = $1 and person = $2 and conversation = $3
       order by position desc limit $4`,
      [key.organization, key.person, key.conversation, limit],
    )
  )
    .map((row) => ({ speaker: row.speaker, body: toSealed(row.body), at: new Date(row.created_at) }))
    .reverse();
