import { randomUUID } from 'node:crypto';

import type { Sealed } from '#core/sealed.ts';

import type { Sql, Transaction } from './open.ts';

/** Names one conversation with its owner: what every query about it must be given. */
export interface ConversationKey {
  readonly organization: string;
  readonly person: string;
  readonly conversation: string;
}

export interface ConversationRow extends ConversationKey {
  readonly channel: string;
  readonly thread: Sealed;
  readonly profile: Sealed;
  readonly wrappedKey: Buffer;
  readonly summary: Sealed | null;
  readonly summarizedThrough: number;
  readonly tokens: Sealed | null;
  readonly fence: number;
  /** When this person was told that an AI answers here. */
  readonly disclosedAt: Date | null;
}

interface Raw {
  organization: string;
  person: string;
  id: string;
  channel: string;
  thread: Uint8Array;
  profile: Uint8Array;
  wrapped_key: Uint8Array;
  summary: Uint8Array | null;
  summarized_through: number | string;
  tokens: Uint8Array | null;
  fence: number;
  disclosed_at: string | null;
}

export const toSealed = (bytes: Uint8Array): Sealed => Buffer.from(bytes) as Sealed;
const toSealedOrNull = (bytes: Uint8Array | null): Sealed | null => (bytes ? toSealed(bytes) : null);

const toRow = (raw: Raw): ConversationRow => ({
  organization: raw.organization,
  person: raw.person,
  conversation: raw.id,
  channel: raw.channel,
  thread: toSealed(raw.thread),
  profile: toSealed(raw.profile),
  wrappedKey: Buffer.from(raw.wrapped_key),
  summary: toSealedOrNull(raw.summary),
  summarizedThrough: Number(raw.summarized_through),
  tokens: toSealedOrNull(raw.tokens),
  fence: raw.fence,
  disclosedAt: raw.disclosed_at === null ? null : new Date(raw.disclosed_at),
});

const columns = `organization, person, id, channel, thread, profile, wrapped_key, summary, summarized_through, tokens, fence, disclosed_at`;

export interface Place {
  readonly organization: string;
  readonly channel: string;
  /** Keyed fingerprints, never the values. */
  readonly handle: string;
  readonly threadIndex: string;
}

const findByPlace = async (sql: Sql, place: Place): Promise<ConversationRow | null> => {
  const [raw] = await sql.query<Raw>(
    `select ${columns.replaceAll(/(\w+)/g, 'c.$1')} from conversation c join person p using (organization, person)
     where c.organization = $1 and c.channel = $2 and c.thread_index = $3 and p.channel = $2 and p.handle = $4`,
    [place.organization, place.channel, place.threadIndex, place.handle],
  );
  return raw ? toRow(raw) : null;
};

/** The conversation of this person in this thread, made with what `make` gives if there is none and `make` is there. */
export const openConversation = async (
  transaction: Transaction,
  place: Place,
  make?: () => { wrapped: Buffer; thread: Sealed; profile: Sealed },
): Promise<ConversationRow | null> => {
  const found = await findByPlace(transaction, place);
  if (found || !make) return found;
  await transaction.query(
    `insert into person (organization, person, channel, handle) values ($1, $2, $3, $4) on conflict do nothing`,
    [place.organization, randomUUID(), place.channel, place.handle],
  );
  const made = make();
  await transaction.query(
    `insert into conversation (organization, person, id, channel, thread_index, thread, profile, wrapped_key)
     select organization, person, $5, channel, $4, $6, $7, $8 from person
     where organization = $1 and channel = $2 and handle = $3 on conflict do nothing`,
    [
      place.organization,
      place.channel,
      place.handle,
      place.threadIndex,
      randomUUID(),
      made.thread,
      made.profile,
      made.wrapped,
    ],
  );
  return findByPlace(transaction, place);
};

/**
 * Takes the lane where something waits in it: from now on only the holder of the returned fence may show words of a turn, or
 * end it. Null when nothing waits: the last look and the release are this one statement.
 */
export const takeLane = async (sql: Sql, conversation: string): Promise<ConversationRow | null> => {
  const [raw] = await sql.query<Raw>(
    `with started as (
       update inbox set started_at = now() where conversation = $1 and done_at is null and started_at is null)
     update conversation set fence = fence + 1 where id = $1
       and exists (select 1 from inbox where conversation = $1 and done_at is null) returning ${columns}`,
    [conversation],
  );
  return raw ? toRow(raw) : null;
};

/** Takes the conversation's outbox where something is due: from now on only the holder of the returned fence may send. */
export const takeOutbox = async (
  sql: Sql,
  conversation: string,
): Promise<{ row: ConversationRow; fence: number } | null> => {
  const [raw] = await sql.query<Raw & { outbox_fence: number }>(
    `update conversation set outbox_fence = outbox_fence + 1 where id = $1
       and exists (select 1 from outbox where conversation = $1 and state = 'due') returning ${columns}, outbox_fence`,
    [conversation],
  );
  return raw ? { row: toRow(raw), fence: raw.outbox_fence } : null;
};

/** Locks the conversation and tells whether the lane is still ours, and whether the person wrote after this position. */
export const holdLane = async (
  transaction: Transaction,
  conversation: string,
  fence: number,
  position: number,
): Promise<{ isOurs: boolean; wroteMore: boolean }> => {
  const [row] = await transaction.query<{ fence: number }>(`select fence from conversation where id = $1 for update`, [
    conversation,
  ]);
  const more = await transaction.query(
    `select 1 from inbox where conversation = $1 and done_at is null and position > $2 limit 1`,
    [conversation, position],
  );
  return { isOurs: row?.fence === fence, wroteMore: more.length > 0 };
};

export const findConversation = async (sql: Sql, conversation: string): Promise<ConversationRow | null> => {
  const [raw] = await sql.query<Raw>(`select ${columns} from conversation where id = $1`, [conversation]);
  return raw ? toRow(raw) : null;
};

export const markDisclosed = (sql: Sql, key: ConversationKey): Promise<unknown> =>
  sql.query(
    `update conversation set disclosed_at = coalesce(disclosed_at, now()) where organization = $1 and person = $2 and id = $3`,
    [key.organization, key.person, key.conversation],
  );

export const saveTokens = (sql: Sql, key: ConversationKey, tokens: Sealed): Promise<unknown> =>
  sql.query(`update conversation set tokens = $4 where organization = $1 and person = $2 and id = $3`, [
    key.organization,
    key.person,
    key.conversation,
    tokens,
  ]);

export const saveSummary = (sql: Sql, key: ConversationKey, summary: Sealed, through: number): Promise<unknown> =>
  sql.query(
    `update conversation set summary = $4, summarized_through = $5 where organization = $1 and person = $2 and id = $3 and summarized_through < $5`,
    [key.organization, key.person, key.conversation, summary, through],
  );
