import type { Budget } from '#core/channel.ts';

import type { Sql } from './open.ts';

const refilled = `least($2::float8, b.tokens + extract(epoch from now() - b.filled_at) * $3::float8 / 60)`;

/**
 * Takes one call from a budget that all processes share, leaving at least `reserve` tokens. Returns 0, or the milliseconds
 * until it may be tried again.
 */
export const takeBudget = async (sql: Sql, budget: Budget, reserve: number): Promise<number> => {
  const values = [budget.scope, budget.size, budget.refillPerMinute, reserve];
  const taken = await sql.query(
    `insert into budget as b (scope, tokens, filled_at) values ($1, $2::float8 - 1, now())
     on conflict (scope) do update set tokens = ${refilled} - 1, filled_at = now(), blocked_until = null
     where (b.blocked_until is null or b.blocked_until <= now()) and ${refilled} - 1 >= least($4::float8, $2::float8 - 1)
     returning 1`,
    values,
  );
  if (taken.length > 0) return 0;
  const [row] = await sql.query<{ wait: number | string }>(
    `select ceil(1000 * greatest(0.05,
       (1 + least($4::float8, $2::float8 - 1) - ${refilled}) * 60 / $3::float8,
       coalesce(extract(epoch from b.blocked_until - now()), 0))) as wait from budget b where scope = $1`,
    values,
  );
  return Number(row?.wait ?? 0);
};

/** The platform said to wait: nobody calls before that. */
export const blockBudget = (sql: Sql, budget: Budget, waitMs: number): Promise<unknown> =>
  sql.query(
    `insert into budget as b (scope, tokens, filled_at, blocked_until) values ($1, 0, now(), now() + $2 * interval '1 millisecond')
     on conflict (scope) do update set tokens = 0, filled_at = now(),
       blocked_until = greatest(coalesce(b.blocked_until, now()), now() + $2 * interval '1 millisecond')`,
    [budget.scope, waitMs],
  );
