import type { TestApp } from './test-app.ts';

interface Column {
  readonly schema: string;
  readonly name: string;
  readonly column: string;
}

/** Bytes as whoever steals a disk may look at them. */
const readings = (value: unknown): string[] => {
  if (value === null || value === undefined) return [];
  if (value instanceof Uint8Array) {
    const bytes = Buffer.from(value);
    return [bytes.toString('latin1'), bytes.toString('utf8'), bytes.toString('base64'), bytes.toString('hex')];
  }
  return [typeof value === 'string' ? value : JSON.stringify(value)];
};

/** All that the app leaves behind, by where: each column of each table of each schema, the log, the metrics. */
export const readAtRest = async ({ store, logs, url }: TestApp): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  const columns = await store.query<Column>(
    `select c.table_schema as schema, c.table_name as name, c.column_name as column from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where t.table_type = 'BASE TABLE' and c.table_schema not in ('pg_catalog', 'information_schema')`,
  );
  for (const { schema, name, column } of columns) {
    const rows = await store.query<{ value: unknown }>(`select "${column}" as value from "${schema}"."${name}"`);
    found.set(`${schema}.${name}.${column}`, rows.flatMap(({ value }) => readings(value)).join('\n'));
  }
  found.set('log', logs.join('\n'));
  found.set('metrics', await (await fetch(`${url}/metrics`)).text());
  return found;
};

/** The middle of its base64, wherever in a longer text it stands. */
const base64Forms = (value: string): string[] =>
  [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + value)
      .toString('base64')
      .replaceAll('=', '')
      .slice(shift === 0 ? 0 : 4, -2),
  );

/** Where a value stands, in plain or in one of the forms that only look otherwise. */
export const whereIs = (value: string, atRest: ReadonlyMap<string, string>): string[] => {
  const plain = [value, encodeURIComponent(value), value.replaceAll(' ', '+'), JSON.stringify(value).slice(1, -1)];
  const coded = [...base64Forms(value), Buffer.from(value).toString('hex')];
  return [...atRest].flatMap(([place, text]) => {
    const lower = text.toLowerCase();
    const isThere =
      plain.some((form) => lower.includes(form.toLowerCase())) ||
      coded.some((form) => text.includes(form) || text.includes(form.replaceAll('+', '-').replaceAll('/', '_')));
    return isThere ? [place] : [];
  });
};
