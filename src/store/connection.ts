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

/** An index over much knowledge may take its time; everything else touches a few rows. */
const mayTakeLong = (text: unknown): boolean => typeof text !== 'string' || /\b(?:create|alter|drop)\s/i.test(text);

export interface ConnectionSettings {
  /** The address is a pooler's: the connection may be another one with the next statement, and keeps nothing. */
  readonly isPooled?: boolean;
  /** Milliseconds without an answer after which the connection is given up; absent: it is waited for. */
  readonly silenceMs?: number;
}

type Query = (...args: unknown[]) => unknown;

/**
 * A server that is gone without a word, or a network that swallows everything, answers nothing and closes nothing: without
 * this, whoever asked would wait for as long as the system keeps the connection, and so would everybody after them. The
 * connection is closed and not just left, so that no later statement waits behind the unanswered one.
 */
const watched = (client: pg.Client, query: Query, silenceMs: number): Query => {
  const { connection } = client as unknown as { connection: { stream: { destroy(error: Error): void } } };
  return (text, ...rest) => {
    if (mayTakeLong(text)) return query(text, ...rest);
    const timer = setTimeout(() => connection.stream.destroy(new Error('the database is silent')), silenceMs);
    const stop = (): void => clearTimeout(timer);
    const callback = rest.at(-1);
    if (typeof callback === 'function')
      return query(text, ...rest.slice(0, -1), (...results: unknown[]) => {
        stop();
        (callback as Query)(...results);
      });
    const result = query(text, ...rest) as Promise<unknown>;
    result.then(stop, stop);
    return result;
  };
};

/** Each statement is read and planned once: for ours, which touch a few rows, that is most of what they cost. */
const prepared =
  (query: Query): Query =>
  (text, ...rest) => {
    const name = typeof text === 'string' ? nameOf(text) : undefined;
    if (name === undefined) return query(text, ...rest);
    const [values, ...others] = Array.isArray(rest[0]) || rest[0] === undefined ? rest : [undefined, ...rest];
    return query({ name, text, values }, ...others);
  };

/** The class of connections that a pool makes. */
export const connectionClass = ({ isPooled = false, silenceMs }: ConnectionSettings): typeof pg.Client =>
  function (this: unknown, config?: string | pg.ClientConfig): pg.Client {
    const client = new pg.Client(config);
    const plain = client.query.bind(client) as Query;
    const quick = isPooled ? plain : prepared(plain);
    return Object.assign(client, { query: silenceMs === undefined ? quick : watched(client, quick, silenceMs) });
  } as unknown as typeof pg.Client;
