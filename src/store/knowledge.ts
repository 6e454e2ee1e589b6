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
const joined = `passage p join document d on (d.organization, d.source, d.id) = (p.organization, p.source, p.document)`;

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
  passages: readonly NewPassage[],
): Promise<unknown> =>
  sql.query(
    `insert into passage (organization, source, document, ordinal, heading, text, terms, lexical, embedding, held)
     select $1, $2, $3, x.ordinal, x.heading, x.text, x.terms, x.lexical::sparsevec, x.embedding::vector,
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
    ],
  );

export const hasDocuments = async (sql: Sql): Promise<boolean> =>
  (await sql.query(`select 1 from document limit 1`)).length > 0;

/** In place of a term: how many passages there are. Counting them for each question would read the whole table. */
const anyTerm = '';

/** Documents that anyone may be answered from. */
export const sharedOrganization = '*';

/**
 * The passages of one source (a folder), searched together with those of every other source:
 * lexical search is BM25 as the inner product of sparse vectors, dense search is cosine.
 */
export const createKnowledgeStore = (store: Store, source: string, organization = sharedOrganization) => ({
  listDocuments: () =>
    store.query<{ id: string; hash: string }>(`select id, hash from document where organization = $1 and source = $2`, [
      organization,
      source,
    ]),

  replaceDocument: (document: NewDocument, passages: readonly NewPassage[]): Promise<void> =>
    store.transaction(async (transaction) => {
      await transaction.query(`delete from document where organization = $1 and source = $2 and id = $3`, [
        organization,
        source,
        document.id,
      ]);
      await transaction.query(
        `insert into document (organization, source, id, title, url, audience, hash) values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          organization,
          source,
          document.id,
          document.title,
          document.url ?? null,
          document.audience ?? null,
          document.hash,
        ],
      );
      await insertPassages(transaction, organization, source, document.id, passages);
    }),

  removeDocument: async (id: string): Promise<void> => {
    await store.query(`delete from document where organization = $1 and source = $2 and id = $3`, [
      organization,
      source,
      id,
    ]);
  },

  refreshTermStatistics: (): Promise<void> =>
    store.transaction(async (transaction) => {
      await transaction.query(`delete from term`);
      await transaction.query(
        `insert into term (term, passages) select t, count(*) from passage, unnest(terms) t group by t
         union all select $1, count(*) from passage`,
        [anyTerm],
      );
    }),

  termStatistics: async (terms: readonly string[]) => {
    const rows = await store.query<{ term: string; passages: number | string }>(
      `select term, passages from term where term = any($1::text[])
       union all select $2, count(*) from passage where not exists (select 1 from term where term = $2)`,
      [[anyTerm, ...terms], anyTerm],
    );
    const found = new Map(rows.map((row) => [row.term, Number(row.passages)]));
    return { passages: found.get(anyTerm) ?? 0, documentFrequency: found };
  },

  search: async ({ terms, embedding, reader, depth, limit, fusion }: Wanted): Promise<Passage[]> => {
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
    ];
    return (await store.query<Found>(searchStatement, values)).map(toPassage);
  },
});

/** Of a term vector: pgvector allows no more, and the column has as many. */
const vectorDimensions = 1_000_000_000;

/** A document that the reader may be answered from. */
const readable = `p.held is null and d.organization in ('${sharedOrganization}', $4) and (d.audience is null or d.audience && $5::text[])`;

/**
 * Both ways of looking and their fusion as one statement. What is compared by words is made here from how rare each term is, and
 * everything that does not depend on a passage is computed once, so that an index can serve both orders.
 */
const searchStatement = `
with counted as (
  select coalesce((select passages from term where term = ''), (select count(*) from passage))::float8 as n
), weighed as (
  select asked.dimension, sum(ln(1 + (greatest(n, f.passages) - f.passages + 0.5) / (f.passages + 0.5)))::numeric(12, 4) as weight
  from unnest($1::text[], $2::int[]) as asked(term, dimension) join term f on f.term = asked.term, counted
  where f.passages > 0 group by asked.dimension
), question as materialized (
  select ('{' || string_agg(dimension || ':' || weight, ',' order by dimension) || '}/${vectorDimensions}')::sparsevec as vector from weighed
), lexical as (
  select *, $8::float8 / ($10::float8 + row_number() over (order by distance)) as part from (
    select p.organization, p.source, p.document, p.ordinal, p.lexical <#> (select vector from question) as distance from ${joined}
    where ${readable} and (select vector from question) is not null order by p.lexical <#> (select vector from question) limit $6
  ) x where distance < 0
), dense as (
  select *, $9::float8 / ($10 + row_number() over (order by distance)) as part from (
    select p.organization, p.source, p.document, p.ordinal, p.embedding <=> $3::vector as distance from ${joined}
    where $3::text is not null and ${readable} and p.embedding is not null order by p.embedding <=> $3::vector limit $6
  ) x
), fused as (
  select organization, source, document, ordinal, sum(part) as score, max(words) as words
  from (select *, part as words from lexical union all select *, 0 as words from dense) r
  group by organization, source, document, ordinal
), best as (
  select ((case when exists (select 1 from lexical) then $8::float8 else 0 end)
    + (case when exists (select 1 from dense) then $9::float8 else 0 end)) / ($10 + 1) as score
)
select ${columns}, fused.score / best.score as score from fused join best on true
join passage p using (organization, source, document, ordinal)
join document d on (d.organization, d.source, d.id) = (p.organization, p.source, p.document)
order by fused.score desc, fused.words desc, p.document, p.ordinal limit $7`;
