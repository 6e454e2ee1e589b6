import type { Sql } from './open.ts';

export interface BucketLimit {
  /** Most tokens it holds. */
  readonly size: number;
  readonly refillPerMinute: number;
}

/** The owner of buckets that an organization shares. */
const everyone = '00000000-0000-0000-0000-000000000000';

const taking = (size: string, perMinute: string): string => {
  const filled = `least(${size}::float8, b.tokens + extract(epoch from now() - b.filled_at) * ${perMinute}::float8 / 60)`;
  return `on conflict (organization, person, name) do update set filled_at = now(), tokens = ${filled} - 1 where ${filled} >= 1 returning 1`;
};

/**
 * Takes one token of the person and one of their organization, over all processes; false when either bucket is empty. Who has
 * none left takes none from the others.
 */
export const takeTokens = async (
  sql: Sql,
  organization: string,
  person: string,
  name: string,
  limits: { readonly perPerson: BucketLimit; readonly perOrganization: BucketLimit },
): Promise<boolean> => {
  const { perPerson, perOrganization } = limits;
  const rows = await sql.query(
    `with own as (insert into bucket as b (organization, person, name, tokens, filled_at)
       values ($1, $2::uuid, $3, $4::float8 - 1, now()) ${taking('$4', '$5')})
     insert into bucket as b (organization, person, name, tokens, filled_at)
     select $1, '${everyone}'::uuid, $3, $6::float8 - 1, now() from own ${taking('$6', '$7')}`,
    [
      organization,
      person,
      name,
      perPerson.size,
      perPerson.refillPerMinute,
      perOrganization.size,
      perOrganization.refillPerMinute,
    ],
  );
  return rows.length > 0;
};
