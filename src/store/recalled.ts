import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import { messagesPrint } from './messages-print.ts';
import type { Speaker } from './messages.ts';
import type { Sql } from './open.ts';

export interface RecalledRow {
  readonly position: number;
  readonly speaker: Speaker;
  readonly body: Sealed;
  readonly ageMs: number;
  /** The passages of its turn, with the customer's words only. */
  readonly quoted: Sealed | null;
}

/** A case that people are done with. */
export interface Episode {
  readonly closedAt: Date;
  readonly reason: string;
  readonly state: 'returned' | 'resolved';
}

interface Raw {
  position: number | string;
  speaker: Speaker;
  body: Uint8Array;
  age_ms: number | string;
  quoted: Uint8Array | null;
}

/** What was said while a person had a case that is closed by now is theirs: of it one line is told. */
const selecting = `select m.position, m.speaker, m.body, extract(epoch from now() - m.created_at) * 1000 as age_ms, q.body as quoted
  from message m left join quoted q on m.speaker = 'customer' and q.organization = m.organization
    and q.person = m.person and q.conversation = m.conversation and q.turn = m.turn
  where m.organization = $1 and m.person = $2 and m.conversation = $3 and m.position > $4
    and not exists (select 1 from support_case s where s.organization = $1 and s.person = $2 and s.conversation = $3
      and m.created_at > s.opened_at and m.created_at <= s.closed_at)`;

const toRow = (row: Raw): RecalledRow => ({
  position: Number(row.position),
  speaker: row.speaker,
  body: toSealed(row.body),
  ageMs: Number(row.age_ms),
  quoted: row.quoted && toSealed(row.quoted),
});

const valuesOf = (key: ConversationKey): string[] => [key.organization, key.person, key.conversation];

/** Cases that are told of: more would be a history and no help. */
const episodesMax = 10;

type Told = Omit<Raw, 'position'> & {
  position: Raw['position'] | null;
  episodes: readonly { closed_at: string; reason: string; state: Episode['state'] }[] | null;
};

/** The last `limit` messages after a position as a model is told of them, and the last cases of the conversation; oldest first. */
export const recalledAfter = async (
  sql: Sql,
  key: ConversationKey,
  after: number,
  limit: number,
): Promise<{ readonly rows: RecalledRow[]; readonly episodes: Episode[] }> => {
  const told = await sql.query<Told>(
    `select e.episodes, r.* from (select json_agg(c order by c.closed_at) as episodes from (
         select closed_at, reason, state from support_case where organization = $1 and person = $2 and conversation = $3
           and closed_at is not null order by closed_at desc limit ${episodesMax}) c) e
     left join (${selecting} order by m.position desc limit $5) r on true order by r.position`,
    [...valuesOf(key), after, limit],
  );
  return {
    rows: told.flatMap((row) => (row.position === null ? [] : [toRow({ ...row, position: row.position })])),
    episodes: (told[0]?.episodes ?? []).map(({ closed_at, reason, state }) => ({
      closedAt: new Date(closed_at),
      reason,
      state,
    })),
  };
};

/** The first `limit` messages after a position and up to another, oldest first. */
export const recalledUpTo = async (
  sql: Sql,
  key: ConversationKey,
  after: number,
  through: number,
  limit: number,
): Promise<RecalledRow[]> =>
  (
    await sql.query<Raw>(`${selecting} and m.position <= $5 order by m.position limit $6`, [
      ...valuesOf(key),
      after,
      through,
      limit,
    ])
  ).map(toRow);

export const fingerprintOf = async (
  sql: Sql,
  key: ConversationKey,
  after: number,
  through: number,
): Promise<string> => {
  const [row] = await sql.query<{ found: string }>(`select ${messagesPrint} as found`, [
    ...valuesOf(key),
    after,
    through,
  ]);
  return row?.found ?? '';
};

/** Deletes what models were shown longer than this ago. */
export const dropQuoted = (sql: Sql, afterMs: number): Promise<unknown> =>
  sql.query(`delete from quoted where created_at < now() - $1 * interval '1 millisecond'`, [afterMs]);
