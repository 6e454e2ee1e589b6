import type { Passage, Wanted } from '#core/knowledge.ts';

import { columns, type Found, joined, sharedOrganization, toPassage } from './live-passages.ts';
import type { Sql } from './open.ts';

/** Stands in the statement where nothing is compared by meaning. */
const anyDimensions = 512;
/** More have no index of neighbours (pgvector: HNSW). */
const indexedDimensionsMax = 2000;

/** Vectors of this length are found by an index from now on. */
export const prepareVectors = async (sql: Sql, dimensions: number): Promise<void> => {
  if (!Number.isInteger(dimensions) || dimensions > indexedDimensionsMax) return;
  await sql.query(
    `create index if not exists passage_embedding_${dimensions} on passage using hnsw ((embedding::vector(${dimensions})) vector_cosine_ops) where vector_dims(embedding) = ${dimensions}`,
  );
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
const searchStatement = (dimensions: number): string => `
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
  select array_agg(term) as terms from weighed where rarer = 0 or rarer + passages <= $11
), lexical as (
  select *, $8::float8 / ($10::float8 + row_number() over (order by distance)) as part from (
    select p.organization, p.source, p.document, p.since, p.ordinal, p.lexical <#> (select vector from question) as distance from ${joined}
    where ${readable} and p.terms && (select terms from telling) order by p.lexical <#> (select vector from question) limit $6
  ) x where distance < 0
), dense as (
  select *, $9::float8 / ($10 + row_number() over (order by distance)) as part from (
    select p.organization, p.source, p.document, p.since, p.ordinal, p.embedding::vector(${dimensions}) <=> $3::vector(${dimensions}) as distance from ${joined}
    where $3::text is not null and ${readable} and p.embedder = $12 and vector_dims(p.embedding) = ${dimensions}
    order by p.embedding::vector(${dimensions}) <=> $3::vector(${dimensions}) limit $6
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

/** The passages that a reader may be answered from, best first. */
export const searchPassages = async (
  sql: Sql,
  { terms, embedding, reader, depth, limit, fusion, candidatesMax }: Wanted,
): Promise<Passage[]> => {
  const values = [
    terms.map(({ term }) => term),
    terms.map(({ dimension }) => dimension),
    embedding === null ? null : JSON.stringify(embedding.vector),
    reader.organization,
    reader.audiences,
    depth,
    limit,
    fusion.lexicalWeight,
    fusion.denseWeight,
    fusion.rankOffset,
    candidatesMax,
    embedding?.by ?? null,
  ];
  return (await sql.query<Found>(searchStatement(embedding?.vector.length ?? anyDimensions), values)).map(toPassage);
};
