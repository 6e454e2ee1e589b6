import { countTerms, sharedOrganization } from './live-passages.ts';
import type { Sql, Store } from './open.ts';

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
