import { SlackRefusal, type Json } from './workspace.ts';

/** The arguments of one Web API call, whatever encoding they came in. */
export interface Args {
  readonly all: Json;
  /** A string argument, or undefined when absent or empty. */
  text(name: string): string | undefined;
  /** Throws `invalid_arguments` when absent. */
  required(name: string): string;
  flag(name: string): boolean;
  /** A nested value; a string is parsed, and one that does not parse throws `error`. */
  nested(name: string, error: string): unknown;
}

/** Wraps the decoded fields of a form or a JSON body. */
export const createArgs = (all: Json): Args => {
  const text = (name: string) => {
    const value = all[name];
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    all,
    text,
    required(name) {
      const value = text(name);
      if (value === undefined)
        throw new SlackRefusal('invalid_arguments', {
          response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
        });
      return value;
    },
    flag: (name) => all[name] === true || all[name] === 'true' || all[name] === '1' || all[name] === 1,
    nested(name, error) {
      const value = all[name];
      if (typeof value !== 'string') return value ?? undefined;
      if (value === '') return undefined;
      try {
        return JSON.parse(value) as unknown;
      } catch {
        throw new SlackRefusal(error);
      }
    },
  };
};

/** Decodes a Web API body: JSON or form, with the query string underneath. Throws `invalid_json` or `invalid_post_type`. */
export const decodeBody = (body: string, contentType: string, query: Record<string, string>): Json => {
  if (body === '') return { ...query };
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  if (!contentType.startsWith('application/json')) throw new SlackRefusal('invalid_post_type');
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...query, ...parsed };
  } catch {
    throw new SlackRefusal('invalid_json');
  }
  throw new SlackRefusal('json_not_object');
};

/** One page of a list: `limit` items after the cursor, and the cursor of the next page ('' at the end). */
export const paginate = <Item>(
  items: readonly Item[],
  args: Args,
  limitDefault: number,
  limitMax: number,
): { page: Item[]; next: string } => {
  const limit = Number(args.text('limit') ?? limitDefault);
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) throw new SlackRefusal('invalid_limit');
  const cursor = args.text('cursor');
  const start =
    cursor === undefined
      ? 0
      : Number(/^offset:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1] ?? Number.NaN);
  if (!Number.isInteger(start)) throw new SlackRefusal('invalid_cursor');
  const end = start + limit;
  return {
    page: items.slice(start, end),
    next: end < items.length ? Buffer.from(`offset:${end}`).toString('base64') : '',
  };
};
