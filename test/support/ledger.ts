import type { TestApp } from './test-app.ts';

/** What the app has counted and stored so far. */
export interface Ledger {
  readonly counted: Readonly<Record<string, number>>;
  readonly inbox: number;
  readonly conversations: number;
}

const counter = /^firstline_(refused|events)_total\{channel="(\w+)",\w+="(\w+)"\} (\d+)$/gm;

export const readLedger = async ({ url, store }: TestApp): Promise<Ledger> => {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counted = [...metrics.matchAll(counter)].map(
    ([, kind, channel, what, count]) =>
      [`${channel} ${kind === 'events' ? '' : 'refused: '}${what}`, Number(count)] as const,
  );
  const [rows] = await store.query<{ inbox: number; conversations: number }>(
    `select (select count(*) from inbox)::int as inbox, (select count(*) from conversation)::int as conversations`,
  );
  return { counted: Object.fromEntries(counted), inbox: rows?.inbox ?? 0, conversations: rows?.conversations ?? 0 };
};

/** What was counted for a channel between two readings. */
export const countedSince = (before: Ledger, after: Ledger, channel: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after.counted)
      .map(([name, count]) => [name, count - (before.counted[name] ?? 0)] as const)
      .filter(([name, count]) => count > 0 && name.startsWith(`${channel} `)),
  );
