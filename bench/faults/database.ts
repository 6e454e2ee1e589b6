import { createVault } from '#privacy/vault.ts';
import type { Store } from '#store/open.ts';

import { numbersIn } from './answers.ts';

/** One message that is shown to a person, as the process wrote it down. */
export interface OutboxFact {
  readonly key: string;
  readonly channel: string;
  readonly state: string;
  readonly attempts: number;
  readonly failure: string | null;
  readonly text: string;
}

/** What the process wrote down of one message of a customer. */
export interface Fact {
  /** More than once when one message was taken for two. */
  readonly stored: number;
  readonly isDone: boolean;
  /** How its turn ended. */
  readonly outcome: string | null;
  readonly outbox: readonly OutboxFact[];
}

export interface Facts {
  of(number: string): Fact | null;
  /** Of each channel: rows not done, and rows by state. */
  readonly undone: Readonly<Record<string, number>>;
  readonly states: readonly { readonly channel: string; readonly state: string; readonly count: number }[];
  /** Messages that were given up, each with a number that its turn was about. */
  readonly givenUp: readonly (OutboxFact & { readonly number: string | null })[];
  readonly turns: number;
}

interface InboxRow {
  readonly channel: string;
  readonly body: Uint8Array;
  readonly wrapped: Uint8Array;
  readonly done: boolean;
  readonly turn: string | null;
  readonly outcome: string | null;
}
interface OutboxRow {
  readonly key: string;
  readonly channel: string;
  readonly state: string;
  readonly attempts: number;
  readonly failure: string | null;
  readonly body: Uint8Array;
  readonly wrapped: Uint8Array;
}

const underWay: ReadonlySet<string> = new Set(['growing', 'due', 'sent', 'held']);

/** Unseals everything that was written down. */
export const readFacts = async (store: Store, masterKey: Buffer): Promise<Facts> => {
  const vault = createVault(masterKey);
  const open = (row: { readonly body: Uint8Array; readonly wrapped: Uint8Array }, purpose: string): string => {
    try {
      const whole = JSON.parse(
        vault.unwrap(Buffer.from(row.wrapped)).open(Buffer.from(row.body) as never, purpose),
      ) as { text?: string };
      return whole.text ?? '';
    } catch {
      return '';
    }
  };
  const inbox = await store.query<InboxRow>(
    `select i.channel, i.body, c.wrapped_key as wrapped, i.done_at is not null as done, i.turn, t.outcome from inbox i
     join conversation c on c.id = i.conversation left join turn t on t.id = i.turn order by i.position`,
  );
  const outbox = await store.query<OutboxRow>(
    `select o.key, o.channel, o.state, o.attempts, o.failure, o.body, c.wrapped_key as wrapped from outbox o
     join conversation c on c.id = o.conversation order by o.position`,
  );
  const outboxOf = Map.groupBy(
    outbox.map((row) => ({ ...row, text: open(row, 'outbox') })),
    (row) => row.key.split(':')[0] ?? '',
  );
  const rowsOf = new Map<string, InboxRow[]>();
  for (const row of inbox)
    for (const number of numbersIn(open(row, 'inbox'))) rowsOf.set(number, [...(rowsOf.get(number) ?? []), row]);

  const undone: Record<string, number> = {};
  for (const { channel, done } of inbox) if (!done) undone[channel] = (undone[channel] ?? 0) + 1;
  const states = [...Map.groupBy(outbox, (row) => `${row.channel} ${row.state}`)].map(([name, rows]) => {
    const [channel = '', state = ''] = name.split(' ');
    return { channel, state, count: rows.length };
  });
  const numberOf = new Map([...rowsOf].flatMap(([number, rows]) => rows.map((row) => [row.turn, number] as const)));
  const givenUp = [...outboxOf].flatMap(([turn, rows]) =>
    rows.filter((row) => !underWay.has(row.state)).map((row) => ({ ...row, number: numberOf.get(turn) ?? null })),
  );
  const [counted] = await store.query<{ turns: number }>(`select count(*)::int as turns from turn`);
  return {
    undone,
    states,
    givenUp,
    turns: counted?.turns ?? 0,
    of: (number) => {
      const rows = rowsOf.get(number);
      const [first] = rows ?? [];
      if (!rows || !first) return null;
      return {
        stored: rows.length,
        isDone: rows.every((row) => row.done),
        outcome: first.outcome,
        outbox: (first.turn === null ? [] : (outboxOf.get(first.turn) ?? [])).map(
          ({ key, channel, state, attempts, failure, text }) => ({ key, channel, state, attempts, failure, text }),
        ),
      };
    },
  };
};

/** What is still to be done: events without an end, and messages that are not out. */
export const unfinished = async (store: Store): Promise<number> => {
  const [row] = await store.query<{ count: number }>(
    `select (select count(*) from inbox where done_at is null)::int + (select count(*) from outbox where state in ('due', 'growing'))::int as count`,
  );
  return row?.count ?? 0;
};
