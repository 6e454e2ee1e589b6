import type { Passage, Wanted } from '#core/knowledge.ts';

import type { Sql, Store } from './open.ts';

interface Found {
  document: string;
  ordinal: number;
  title: string;
  url: string | null;
  heading: string;
  text: string;
  score: number;
}

const toPassage = (found: Found): Passage => ({
  id: `${found.document}#${found.ordinal}`,
  document: found.document,
  title: found.title,
  ...(found.url === null ? {} : { url: found.url }),
  heading: found.heading,
  text: found.text,
  score: Number(found.score),
});

const columns = `p.document, p.ordinal, d.title, d.url, p.heading, p.text`;
const joined = `passage p join live_document d on (d.organization, d.source, d.id, d.since) = (p.organization, p.source, p.document, p.since)`;

interface NewPassage {
  readonly ordinal: number;
  readonly heading: string;
  readonly text: string;
  readonly terms: readonly string[];
  readonly termVector: string;
  readonly embedding: readonly number[] | null;
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
    `insert into passage (organization, source, document, since, ordinal, heading, text, terms, lexical, embedding, held)
     select $1, $2, $3, $5, x.ordinal, x.heading, x.text, x.terms, x.lexical::sparsevec, x.embedding::vector,
       case when cardinality(x.held) > 0 and not exists (select 1 from passage_review r where r.text_hash = ${hashOf('x')}) then x.held end
     from jsonb_to_recordset($4::jsonb) as x(ordinal int, heading text, text text, terms text[], lexical text, embedding text, held text[])`,
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
          held: passage.held,
        })),
      ),
      since,
    ],
  );

export const hasDocuments = async (sql: Sql): Promise<boolean> =>
  (await sql.query(`select 1 from document limit 1`)).length > 0;

/** In place of a term: how many passages there are. Counting them for each question would read the whole table. */
const anyTerm = '';

/** Documents that anyone may be answered from. */
export const sharedOrganization = '*';

/** Versions before this one cannot be gone back to any more. */
const forgetVersions = async (sql: Sql, own: readonly string[], before: number): Promise<void> => {
  await sql.query(`delete from document where organization = $1 and source = $2 and until <= $3`, [...own, before]);
  await sql.query(`delete from knowledge_version where organization = $1 and source = $2 and version < $3`, [
    ...own,
    before,
  ]);
};

/** How many of the passages that answer hold each term. */
const countTerms = async (sql: Sql): Promise<void> => {
  await sql.query(`delete from term`);
  await sql.query(
    `with live as (select p.terms from ${joined})
     insert into term (term, passages) select t, count(*) from live, unnest(terms) t group by t
     union all select $1, count(*) from live`,
    [anyTerm],
  );
};

export interface KnowledgeVersion {
  readonly organization: string;
  readonly source: string;
  readonly version: number;
  readonly isLive: boolean;
  readonly publishedAt: Date;
  readonly changed: number;
  readonly removed: number;
}

/** Where a document that answers is from. */
export const findSources = (sql: Sql, document: string): Promise<{ organization: string; source: string }[]> =>
  sql.query(`select organization, source from live_document where id = $1`, [document]);

/** The versions that can answer, the newest of each source first. */
export const listVersions = async (sql: Sql): Promise<KnowledgeVersion[]> =>
  (
    await sql.query<{
      organization: string;
      source: string;
      version: number | string;
      is_live: boolean;
      published_at: string | Date;
      changed: number;
      removed: number;
    }>(
      `select v.organization, v.source, v.version, v.version = s.version as is_live, v.published_at, v.changed, v.removed
       from knowledge_version v join knowledge_source s using (organization, source) order by organization, source, version desc`,
    )
  ).map((row) => ({
    organization: row.organization,
    source: row.source,
    version: Number(row.version),
    isLive: row.is_live,
    publishedAt: new Date(row.published_at),
    changed: row.changed,
    removed: row.removed,
  }));

/** The version before the one that answers answers again, at once, and the later one is gone. Null where there is none to go back to. */
export const rollBack = (store: Store, source: string, organization = sharedOrganization): Promise<number | null> =>
  store.transaction(async (transaction) => {
    const own = [organization, source];
    const [row] = await transaction.query<{ version: number | string }>(
      `select version from knowledge_source s where organization = $1 and source = $2
         and exists (select 1 from knowledge_version v where (v.organization, v.source, v.version) = (s.organization, s.source, s.version - 1))
       for update`,
      own,
    );
    if (!row) return null;
    const version = Number(row.version);
    await transaction.query(`delete from document where organization = $1 and source = $2 and since >= $3`, [
      ...own,
      version,
    ]);
    await transaction.query(`update document set until = null where organization = $1 and source = $2 and until = $3`, [
      ...own,
      version,
    ]);
    await transaction.query(`delete from knowledge_version where organization = $1 and source = $2 and version = $3`, [
      ...own,
      version,
    ]);
    await transaction.query(`update knowledge_source set version = $3 where organization = $1 and source = $2`, [
      ...own,
      version - 1,
    ]);
    await countTerms(transaction);
    return version - 1;
  });

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

    search: async ({ terms, embedding, reader, depth, limit, fusion, candidatesMax }: Wanted): Promise<Passage[]> => {
      const values = [
        terms.map(({ term }) => term),
        terms.map(({ dimension }) => dimension),
        embedding === null ? null : JSON.stringify(embedding),
        reader.organization,
        reader.audiences,
        depth,
        limit,
        fusion.lexicalWeight,
        fusion.denseWeight,
        fusion.rankOffset,
        candidatesMax,
      ];
      return (await store.query<Found>(searchStatement, values)).map(toPassage);
    },
  };
};

/** Of a term vector: pgvector allows no more, and the column has as many. */
const vectorDimensions = 1_000_000_000;

/** A document that the reader may be answered from. */
const readable = `p.held is null and d.organization in ('${sharedOrganization}', $4) and (d.audience is null or d.audience && $5::text[])`;

/**
 * Both ways of looking and their fusion as one statement. What is compared by words is made here from how rare each term is, and
 * everything that does not depend on a passage is computed once, so that indexes can serve both orders. Compared by words are the
 * passages that hold the rarest terms, up to a number: what is common to nearly all of them decides little.
 */
const searchStatement = `
with counted as (
  select coalesce((select passages from term where term = ''), (select count(*) from passage))::float8 as n
), weighed as (
  select asked.term, asked.dimension, f.passages, ln(1 + (greatest(n, f.passages) - f.passages + 0.5) / (f.passages + 0.5)) as weight,
    sum(f.passages) over (order by f.passages, asked.term) - f.passages as rarer
  from unnest($1::text[], $2::int[]) as asked(term, dimension) join term f on f.term = asked.term, counted
  where f.passages > 0
), question as materialized (
  select ('{' || string_agg(dimension || ':' || weight, ',' order by dimension) || '}/${vectorDimensions}')::sparsevec as vector
  from (select dimension, sum(weight)::numeric(12, 4) as weight from weighed group by dimension) w
), telling as materialized (
  select array_agg(term) as terms from weighed where rarer < $11
), lexical as (
  select *, $8::float8 / ($10::float8 + row_number() over (order by distance)) as part from (
    select p.organization, p.source, p.document, p.since, p.ordinal, p.lexical <#> (select vector from question) as distance from ${joined}
    where ${readable} and p.terms && (select terms from telling) order by p.lexical <#> (select vector from question) limit $6
  ) x where distance < 0
), dense as (
  select *, $9::float8 / ($10 + row_number() over (order by distance)) as part from (
    select p.organization, p.source, p.document, p.since, p.ordinal, p.embedding <=> $3::vector as distance from ${joined}
    where $3::text is not null and ${readable} and p.embedding is not null order by p.embedding <=> $3::vector limit $6
  ) x
), fused as (
  select organization, source, document, since, ordinal, sum(part) as score, max(words) as words
  from (select *, part as words from lexical union all select *, 0 as words from dense) r
  group by organization, source, document, since, ordinal
), best as (
  select ((case when exists (select 1 from lexical) then $8::float8 else 0 end)
    + (case when exists (select 1 from dense) then $9::float8 else 0 end)) / ($10 + 1) as score
)
select ${columns}, fused.score / best.score as score from fused join best on true
join passage p using (organization, source, document, since, ordinal)
join document d on (d.organization, d.source, d.id, d.since) = (p.organization, p.source, p.document, p.since)
order by fused.score desc, fused.words desc, p.document, p.ordinal limit $7`;

/** Whether this process reads the sources now: true for one of all that ask within so many minutes. */
export const claimReading = async (sql: Sql, everyMinutes: number): Promise<boolean> => {
  const claimed = await sql.query(
    `insert into setting as s (name, value) values ('knowledge_read', (extract(epoch from now()) + $1 * 60)::text)
     on conflict (name) do update set value = excluded.value where s.value::float8 < extract(epoch from now()) returning 1`,
    [everyMinutes],
  );
  return claimed.length > 0;
};
