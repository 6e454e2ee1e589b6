import type { Sealed } from '#core/sealed.ts';

import { toSealed } from './conversations.ts';
import type { Sql } from './open.ts';

export interface MissedTurn {
  readonly channel: string;
  readonly at: Date;
  readonly wrappedKey: Buffer;
  /** Of the shape in core/receipt.ts. */
  readonly receipt: Sealed;
}

/** The turns since then in which something was asked and nothing could be leaned on, newest first. */
export const missedTurns = async (sql: Sql, since: Date, limit: number): Promise<MissedTurn[]> =>
  (
    await sql.query<{ channel: string; started_at: string | Date; wrapped_key: Uint8Array; receipt: Uint8Array }>(
      `select c.channel, t.started_at, c.wrapped_key, t.receipt from turn t join conversation c on c.id = t.conversation
       where t.is_missed and t.receipt is not null and t.started_at >= $1 order by t.started_at desc limit $2`,
      [since, limit],
    )
  ).map((row) => ({
    channel: row.channel,
    at: new Date(row.started_at),
    wrappedKey: Buffer.from(row.wrapped_key),
    receipt: toSealed(row.receipt),
  }));

export interface KnownPassage {
  readonly document: string;
  readonly title: string;
  readonly text: string;
}

/** Every passage that may answer, in the order of its document. */
export const knownPassages = (sql: Sql): Promise<KnownPassage[]> =>
  sql.query<{ document: string; title: string; text: string }>(
    `select p.document, d.title, p.text from passage p
     join live_document d on (d.organization, d.source, d.id, d.since) = (p.organization, p.source, p.document, p.since)
     where p.held is null order by d.organization, d.source, p.document, p.ordinal`,
  );

export interface LeanedOn {
  readonly document: string;
  readonly title: string;
  /** When what it says was last changed. */
  readonly updatedAt: Date;
  readonly answers: number;
}

/** The documents that answers since then lean on, and how many of them do. */
export const leanedOn = async (sql: Sql, since: Date): Promise<LeanedOn[]> =>
  (
    await sql.query<{ document: string; title: string; updated_at: string | Date; answers: number | string }>(
      `select d.id as document, d.title, d.updated_at, count(*) as answers from turn t, unnest(t.cited) c join live_document d on d.id = c
       where t.started_at >= $1 group by d.organization, d.source, d.id, d.title, d.updated_at`,
      [since],
    )
  ).map((row) => ({
    document: row.document,
    title: row.title,
    updatedAt: new Date(row.updated_at),
    answers: Number(row.answers),
  }));
