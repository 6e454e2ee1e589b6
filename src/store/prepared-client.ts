import { createHash } from 'node:crypto';

import pg from 'pg';

/** Our statements are a fixed set; those that the queue writes values into are not, and must not fill a connection. */
const statementsMax = 300;
const names = new Map<string, string>();

/** The name a statement is prepared under, or undefined where it is better not: schema changes, several statements in one text. */
const nameOf = (text: string): string | undefined => {
  const known = names.get(text);
  if (known || names.size >= statementsMax) return known;
  if (!/^\s*(?:select|insert|update|delete|with)\b/i.test(text) || text.includes(';')) return undefined;
  const name = createHash('sha256').update(text).digest('base64url').slice(0, 20);
  names.set(text, name);
  return name;
};

/**
 * A connection on which each statement is read and planned once: for ours, which touch a few rows, that is most of what they cost.
 * Not for a connection behind a pooler, which may be another one with the next statement.
 */
export const PreparedClient = function (this: unknown, config?: string | pg.ClientConfig): pg.Client {
  const client = new pg.Client(config);
  const query = client.query.bind(client) as (...args: unknown[]) => never;
  const prepared = (text: unknown, ...rest: unknown[]): never => {
    const name = typeof text === 'string' ? nameOf(text) : undefined;
    if (name === undefined) return query(text, ...rest);
    const [values, ...others] = Array.isArray(rest[0]) || rest[0] === undefined ? rest : [undefined, ...rest];
    return query({ name, text, values }, ...others);
  };
  return Object.assign(client, { query: prepared });
} as unknown as typeof pg.Client;
