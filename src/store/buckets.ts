import type { Sql } from './open.ts';

export interface BucketLimit {
  /** Most tokens it holds. */
  readonly size: number;
  readonly refillPerMinute: number;
}

/** The owner of buckets that an organization shares. */
export const everyone = '00000000-0000-0000-0000-000000000000';

/** Takes one token in one statement, over all processes. False when the bucket is empty. */
export const takeToken = async (
  sql: Sql,
  organization: string,
  person: string,
  name: string,
  limit: BucketLimit,
): Promise<boolean> => {
  const rows = await sql.query(
    `insert into bucket as b (organization, person, name, tokens, filled_at) values ($1, $2, $3, $4::float8 - 1, now())
     on conflict (organization, person, name) do update set filled_at = now(),
       tokens = least($4::float8, b.tokens + extract(epoch from now() - b.filled_at) * $5::float8 / 60) - 1
     where least($4::float8, b.tokens + extract(epoch from now() - b.filled_at) * $5::float8 / 60) >= 1 returning tokens`,
    [organization, person, name, limit.size, limit.refillPerMinute],
  );
  return rows.length > 0;
};
