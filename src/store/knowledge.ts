import type { Passage, Wanted } from '#core/knowledge.ts';

import { anyTerm, columns, countTerms, type Found, joined, sharedOrganization, toPassage } from './live-passages.ts';
import type { Sql, Store } from './open.ts';
import { searchPassages } from './search-passages.ts';

interface NewPassage {
  readonly ordinal: number;
  readonly heading: string;
  readonly text: string;
  readonly terms: readonly string[];
  readonly termVector: string;
  readonly embedding: readonly number[] | null;
  readonly embedder: string | null;
  readonly held: readonly string[];
}

interface NewDocument {
  readonly id: string;
  readonly title: string;
  readonly url?: string;
  readonly audience?: readonly string[];
  readonly hash: string;
}

/** What a passage says, whatever document it stands in: a review holds for the text. */
const hashOf = (passage: string): string => `encode(sha256(convert_to(${passage}.text, 'UTF8')), 'hex')`;

export interface HeldPassage {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly rules: readonly string[];
}

/** The passages that wait for a person to look at them. */
export const heldPassages = async (sql: Sql): Promise<HeldPassage[]> =>
  (
    await sql.query<Found & { held: string[] }>(
      `select ${columns}, 0 as score, p.held from ${joined} where p.held is not null order by p.document, p.ordinal`,
    )
  ).map((found) => ({ id: toPassage(found).id, title: found.title, text: found.text, rules: found.held }));

/** Lets a held passage answer, and every other one with the same text, also when it is read again. False where there is none. */
export const allowPassage = async (store: Store, id: string): Promise<boolean> => {
  const [, document, ordinal] = /^(.*)#(\d+)$/s.exec(id) ?? [];
  return store.transaction(async (transaction) => {
    const [found] = await transaction.query<{ hash: string }>(
      `select ${hashOf('p')} as hash from passage p where document = $1 and ordinal = $2 and held is not null`,
      [document ?? '', Number(ordinal ?? -1)],
    );
    if (!found) return false;
    await transaction.query(`insert into passage_review (text_hash) values ($1) on conflict do nothing`, [found.hash]);
    await transaction.query(`update passage p set held = null where ${hashOf('p')} = $1`, [found.hash]);
    return true;
  });
};

const insertPassages = (
  sql: Sql,
  organization: string,
  source: string,
  document: string,
  since: number,
  passages: readonly NewPassage[],
): Promise<unknown> =>
  sql.query(
    `insert into passage (organization, source, document, since, ordinal, heading, text, terms, lexical, embedding, embedder, held)
     select $1, $2, $3, $5, x.ordinal, x.heading, x.text, x.terms, x.lexical::sparsevec, x.embedding::vector, x.embedder,
       case when cardinality(x.held) > 0 and not exists (select 1 from passage_review r where r.text_hash = ${hashOf('x')}) then x.held end
     from jsonb_to_recordset($4::jsonb) as x(ordinal int, heading text, text text, terms text[], lexical text, embedding text, embedder text, held text[])`,
    [
      organization,
      source,
      document,
      JSON.stringify(
        passages.map((passage) => ({
          ordinal: passage.ordinal,
          heading: passage.heading,
          text: passage.text,
          terms: passage.terms,
          lexical: passage.termVector,
          embedding: passage.embedding && JSON.stringify(passage.embedding),
          embedder: passage.embedder,
          held: passage.held,
        })),
      ),
      since,
    ],
  );

export const hasDocuments = async (sql: Sql): Promise<boolean> =>
  (await sql.query(`select 1 from document limit 1`)).length > 0;

/** Versions before this one cannot be gone back to any more. */
const forgetVersions = async (sql: Sql, own: readonly string[], before: number): Promise<void> => {
  await sql.query(`delete from document where organization = $1 and source = $2 and until <= $3`, [...own, before]);
  await sql.query(`delete from knowledge_version where organization = $1 and source = $2 and version < $3`, [
    ...own,
    before,
  ]);
};

/** Versions of a source that are kept besides the one that answers, to go back to. */
const versionsKept = 5;

/**
 * The passages of one source (a folder), searched together with those of every other source:
 * lexical search is BM25 as the inner product of sparse vectors, dense search is cosine.
 */
export const createKnowledgeStore = (store: Store, source: string, organization = sharedOrganization) => {
  const own = [organization, source];
  const liveVersion = async (sql: Sql): Promise<number> => {
    const [row] = await sql.query<{ version: number | string }>(
      `select version from knowledge_source where organization = $1 and source = $2`,
      own,
    );
    return Number(row?.version ?? 0);
  };
  let removed: string[] = [];

  return {
    /** What the version that is being built holds so far: where an ingest was interrupted, also what it had made. */
    listDocuments: () =>
      store.query<{ id: string; hash: string }>(
        `select distinct on (id) id, hash from document where organization = $1 and source = $2 and until is null order by id, since desc`,
        own,
      ),

    replaceDocument: (document: NewDocument, passages: readonly NewPassage[]): Promise<void> =>
      store.transaction(async (transaction) => {
        const next = (await liveVersion(transaction)) + 1;
        const { id, title, url, audience, hash } = document;
        await transaction.query(
          `delete from document where organization = $1 and source = $2 and id = $3 and since = $4`,
          [...own, id, next],
        );
        await transaction.query(
          `insert into document (organization, source, id, since, title, url, audience, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [...own, id, next, title, url ?? null, audience ?? null, hash],
        );
        await insertPassages(transaction, organization, source, id, next, passages);
      }),

    /** Holds from the next publication on. */
    removeDocument: async (id: string): Promise<void> => {
      removed.push(id);
    },

    /** What was changed and removed since the last time answers from now on, all of it at once. Where nothing was, nothing happens. */
    publish: async (): Promise<void> => {
      await store.transaction(async (transaction) => {
        const next = (await liveVersion(transaction)) + 1;
        await transaction.query(
          `delete from document where organization = $1 and source = $2 and since = $3 and id = any($4::text[])`,
          [...own, next, removed],
        );
        const ended = await transaction.query(
          `update document old set until = $3 where organization = $1 and source = $2 and until is null and since < $3
             and (id = any($4::text[]) or exists (select 1 from document d
               where (d.organization, d.source, d.id, d.since) = (old.organization, old.source, old.id, $3::bigint))) returning 1`,
          [...own, next, removed],
        );
        const made = await transaction.query(
          `select 1 from document where organization = $1 and source = $2 and since = $3`,
          [...own, next],
        );
        if (ended.length + made.length > 0) {
          await transaction.query(
            `insert into knowledge_source (organization, source, version) values ($1, $2, $3)
             on conflict (organization, source) do update set version = excluded.version`,
            [...own, next],
          );
          await transaction.query(
            `insert into knowledge_version (organization, source, version, changed, removed) values ($1, $2, $3, $4, $5)`,
            [...own, next, made.length, removed.length],
          );
          await forgetVersions(transaction, own, next - versionsKept);
        }
        await countTerms(transaction);
      });
      // Tables of a few rows are counted by nobody else, and a plan that takes them for large ones reads every passage: 285 ms instead of 9.
      await store.query('analyze knowledge_source, document, passage');
      removed = [];
    },

    termStatistics: async (terms: readonly string[]) => {
      const rows = await store.query<{ term: string; passages: number | string }>(
        `select term, passages from term where term = any($1::text[])
       union all select $2, count(*) from passage where not exists (select 1 from term where term = $2)`,
        [[anyTerm, ...terms], anyTerm],
      );
      const found = new Map(rows.map((row) => [row.term, Number(row.passages)]));
      return { passages: found.get(anyTerm) ?? 0, documentFrequency: found };
    },

    search: (wanted: Wanted): Promise<Passage[]> => searchPassages(store, wanted),
  };
};

/** Whether this process reads the sources now: true for one of all that ask within so many minutes. */
export const claimReading = async (sql: Sql, everyMinutes: number): Promise<boolean> => {
  const claimed = await sql.query(
    `insert into setting as s (name, value) values ('knowledge_read', (extract(epoch from now()) + $1 * 60)::text)
     on conflict (name) do update set value = excluded.value where s.value::float8 < extract(epoch from now()) returning 1`,
    [everyMinutes],
  );
  return claimed.length > 0;
};
