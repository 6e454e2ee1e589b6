import { randomUUID } from 'node:crypto';

import type { Sealed } from '#core/sealed.ts';

import { withdrawnBy } from './consent.ts';
import { messagesPrint } from './messages-print.ts';
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
  /** The language that was spoken last, as ISO 639-1. */
  readonly language: string | null;
  /** What the last words to this person asked them for. */
  readonly asked: readonly string[];
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
  language: string | null;
  asked: string[];
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
  language: raw.language,
  asked: raw.asked,
});

const columns = `organization, person, id, channel, thread, profile, wrapped_key, summary, summarized_through, tokens, fence, disclosed_at, language, asked`;

export interface Place {
  readonly organization: string;
  readonly channel: string;
  /** Keyed fingerprints, never the values. */
  readonly handle: string;
  readonly threadIndex: string;
}

const columnsOf = (name: string): string => columns.replaceAll(/(\w+)/g, `${name}.$1`);

/** The conversation of this person in this thread. */
export const findAtPlace = async (sql: Sql, place: Place): Promise<ConversationRow | null> => {
  const [raw] = await sql.query<Raw>(
    `select ${columnsOf('c')} from conversation c join person p using (organization, person)
     where c.organization = $1 and c.channel = $2 and c.thread_index = $3 and p.channel = $2 and p.handle = $4`,
    [place.organization, place.channel, place.threadIndex, place.handle],
  );
  return raw ? toRow(raw) : null;
};

/**
 * Who speaks here: an agent, where a case is discussed in this thread (the newest one, open or closed), or else the person of a
 * conversation: of another one of theirs, where that has an open case and is continued here.
 */
export const whoSpeaks = async (
  sql: Sql,
  place: Place,
): Promise<{
  readonly row: ConversationRow;
  readonly from: 'desk' | 'customer';
  readonly isElsewhere: boolean;
} | null> => {
  const rows = await sql.query<Raw & { speaker: 'desk' | 'elsewhere' | 'customer' }>(
    `with own as (select ${columnsOf('c')}, c.speaks_for from conversation c join person p using (organization, person)
       where c.organization = $1 and c.channel = $2 and c.thread_index = $3 and p.channel = $2 and p.handle = $4)
     select 'desk' as speaker, ${columnsOf('c')} from (select conversation from support_case
       where (channel = $2 and thread_index = $3) or (ticket_channel = $2 and ticket_index = $3) order by opened_at desc limit 1) s join conversation c on c.id = s.conversation
     union all
     select 'elsewhere', ${columnsOf('c')} from own join conversation c on c.id = own.speaks_for
     where exists (select 1 from support_case s where s.conversation = c.id and s.state in ('waiting', 'claimed'))
     union all
     select 'customer', ${columns} from own`,
    [place.organization, place.channel, place.threadIndex, place.handle],
  );
  const raw = rows.find((row) => row.speaker === 'desk') ?? rows.find((row) => row.speaker === 'elsewhere') ?? rows[0];
  if (!raw) return null;
  return {
    row: toRow(raw),
    from: raw.speaker === 'desk' ? 'desk' : 'customer',
    isElsewhere: raw.speaker === 'elsewhere',
  };
};

/** Begins a conversation of this person in this thread; somebody else may have, at the same time. */
export const beginConversation = async (
  transaction: Transaction,
  place: Place,
  made: { readonly wrapped: Buffer; readonly thread: Sealed; readonly profile: Sealed },
): Promise<ConversationRow | null> => {
  await transaction.query(
    `insert into person (organization, person, channel, handle) values ($1, $2, $3, $4) on conflict do nothing`,
    [place.organization, randomUUID(), place.channel, place.handle],
  );
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
  return findAtPlace(transaction, place);
};

/** Who the person is, told by the platform after the conversation began. */
export const saveProfile = (sql: Sql, key: ConversationKey, profile: Sealed): Promise<unknown> =>
  sql.query(`update conversation set profile = $4 where organization = $1 and person = $2 and id = $3`, [
    key.organization,
    key.person,
    key.conversation,
    profile,
  ]);

/**
 * Resolves when whoever is writing to the conversation now has committed. A writer that found a wake-up waiting left none of its
 * own: whoever was woken and sees nothing must look once more after this.
 */
export const writersDone = (sql: Sql, conversation: string): Promise<unknown> =>
  sql.query(`select 1 from conversation where id = $1 for update`, [conversation]);

/** An event that waits in the lane. */
export interface WaitingRow {
  readonly position: number;
  readonly body: Sealed;
  /** The position of the event that this one changes. */
  readonly changes: number | null;
  /** Nobody has begun with it before: nothing can have been shown for it. */
  readonly isFresh: boolean;
}

export interface TakenLane {
  readonly row: ConversationRow;
  /** A case of this conversation is open. */
  readonly hasCase: boolean;
  /** The person wants to be written to no more. */
  readonly isWithdrawn: boolean;
  /** Oldest first. */
  readonly waiting: readonly WaitingRow[];
}

/**
 * Takes the lane where something waits in it, with at most `limit` of what waits: from now on only the holder of the row's fence
 * may show words of a turn, or end it. Null when nothing waits. What waits is read by a statement of its own: one that had to wait
 * for the last holder's end would still see as waiting what that one has just done.
 */
export const takeLane = async (sql: Sql, conversation: string, limit: number): Promise<TakenLane | null> => {
  const [taken] = await sql.query<Raw>(
    `update conversation set fence = fence + 1 where id = $1
       and exists (select 1 from inbox where conversation = $1 and done_at is null) returning ${columns}`,
    [conversation],
  );
  if (!taken) return null;
  const rows = await sql.query<{
    has_case: boolean;
    is_withdrawn: boolean;
    position: number | string;
    body: Uint8Array;
    changes: number | string | null;
    is_fresh: boolean;
  }>(
    `with started as (
       update inbox set started_at = now() where conversation = $1 and done_at is null and started_at is null)
     select position, body, changes, started_at is null as is_fresh,
       exists (select 1 from support_case where conversation = $1 and state in ('waiting', 'claimed')) as has_case,
       ${withdrawnBy('$3', '$4', '$5')} as is_withdrawn
     from inbox where conversation = $1 and done_at is null order by position limit $2`,
    [conversation, limit, taken.organization, taken.person, taken.channel],
  );
  const [first] = rows;
  if (!first) return null;
  const waiting = rows.map((row) => ({
    position: Number(row.position),
    body: toSealed(row.body),
    changes: row.changes === null ? null : Number(row.changes),
    isFresh: row.is_fresh,
  }));
  return { row: toRow(taken), hasCase: first.has_case, isWithdrawn: first.is_withdrawn, waiting };
};

/** Locks the conversation until the transaction ends, and tells whether the lane is still ours. */
export const holdLane = async (transaction: Transaction, conversation: string, fence: number): Promise<boolean> => {
  const [row] = await transaction.query<{ fence: number }>(`select fence from conversation where id = $1 for update`, [
    conversation,
  ]);
  return row?.fence === fence;
};

export const findConversation = async (sql: Sql, conversation: string): Promise<ConversationRow | null> => {
  const [raw] = await sql.query<Raw>(`select ${columns} from conversation where id = $1`, [conversation]);
  return raw ? toRow(raw) : null;
};

export const saveTokens = (sql: Sql, key: ConversationKey, tokens: Sealed): Promise<unknown> =>
  sql.query(`update conversation set tokens = $4 where organization = $1 and person = $2 and id = $3`, [
    key.organization,
    key.person,
    key.conversation,
    tokens,
  ]);

/** A summary with the messages between two positions in it. */
export interface FoldedSummary {
  readonly summary: Sealed;
  /** It was made from the summary up to here. */
  readonly before: number;
  readonly through: number;
  /** Of the messages, as they were read. */
  readonly fingerprint: string;
}

/** False where somebody else has folded since, or a message was changed or taken back: what was made of it is void. */
export const saveSummary = async (
  sql: Sql,
  key: ConversationKey,
  { summary, before, through, fingerprint }: FoldedSummary,
): Promise<boolean> => {
  const rows = await sql.query(
    `update conversation set summary = $6, summarized_through = $5
     where organization = $1 and person = $2 and id = $3 and summarized_through = $4 and ${messagesPrint} = $7 returning 1`,
    [key.organization, key.person, key.conversation, before, through, summary, fingerprint],
  );
  return rows.length > 0;
};

/** Whether the lane is still held under this number. */
export const holdsFence = async (sql: Sql, conversation: string, fence: number): Promise<boolean> =>
  (await sql.query(`select 1 from conversation where id = $1 and fence = $2`, [conversation, fence])).length > 0;
