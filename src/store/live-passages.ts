import type { Passage } from '#core/knowledge.ts';

import type { Sql } from './open.ts';

/** A passage as a row. */
export interface Found {
  document: string;
  ordinal: number;
  title: string;
  url: string | null;
  heading: string;
  text: string;
  score: number;
}

export const toPassage = (found: Found): Passage => ({
  id: `${found.document}#${found.ordinal}`,
  document: found.document,
  title: found.title,
  ...(found.url === null ? {} : { url: found.url }),
  heading: found.heading,
  text: found.text,
  score: Number(found.score),
});

export const columns = `p.document, p.ordinal, d.title, d.url, p.heading, p.text`;
/** The passages of the versions that answer, each with its document. */
export const joined = `passage p join live_document d on (d.organization, d.source, d.id, d.since) = (p.organization, p.source, p.document, p.since)`;

/** In place of a term: how many passages there are. Counting them for each question would read the whole table. */
export const anyTerm = '';

/** Documents that anyone may be answered from. */
export const sharedOrganization = '*';

/** How many of the passages that answer hold each term. */
export const countTerms = async (sql: Sql): Promise<void> => {
  await sql.query(`delete from term`);
  await sql.query(
    `with live as (select p.terms from ${joined})
     insert into term (term, passages) select t, count(*) from live, unnest(terms) t group by t
     union all select $1, count(*) from live`,
    [anyTerm],
  );
};
