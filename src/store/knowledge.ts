import type { Passage } from '#core/knowledge.ts';

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
        `insert into document (organization, source, id, title, url, hash) values ($1, $2, $3, $4, $5, $6)`,
        [organization, source, document.id, document.title, document.url ?? null, document.hash],
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

  searchLexical: async (vector: string, limit: number): Promise<Passage[]> =>
    (
      await store.query<Found>(
        `select * from (select ${columns}, -(p.lexical <#> $1::sparsevec) as score from ${joined} where p.held is null order by p.lexical <#> $1::sparsevec limit $2) x where score > 0`,
        [vector, limit],
      )
    ).map(toPassage),

  searchDense: async (embedding: readonly number[], limit: number): Promise<Passage[]> =>
    (
      await store.query<Found>(
        `select ${columns}, 1 - (p.embedding <=> $1::vector) as score from ${joined} where p.embedding is not null and p.held is null order by p.embedding <=> $1::vector limit $2`,
        [JSON.stringify(embedding), limit],
      )
    ).map(toPassage),
});
