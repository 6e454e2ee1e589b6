import type { Sealed } from '#core/sealed.ts';

import { withdrawnBy } from './consent.ts';
import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql, Transaction } from './open.ts';

/** A conversation of the same person on another channel. */
export interface LinkedPlace extends ConversationKey {
  readonly channel: string;
  readonly thread: Sealed;
  readonly profile: Sealed;
  readonly wrappedKey: Buffer;
}

interface Raw {
  organization: string;
  person: string;
  id: string;
  channel: string;
  thread: Uint8Array;
  profile: Uint8Array;
  wrapped_key: Uint8Array;
}

const toPlace = (raw: Raw): LinkedPlace => ({
  organization: raw.organization,
  person: raw.person,
  conversation: raw.id,
  channel: raw.channel,
  thread: toSealed(raw.thread),
  profile: toSealed(raw.profile),
  wrappedKey: Buffer.from(raw.wrapped_key),
});

const columns = `c.organization, c.person, c.id, c.channel, c.thread, c.profile, c.wrapped_key`;

/** Keeps the fingerprint of a code that the person is about to be told; an earlier one that nobody used is worth nothing from now on. */
export const offerLink = (
  sql: Sql,
  key: ConversationKey,
  offer: { readonly codeIndex: string; readonly validMs: number },
): Promise<unknown> =>
  sql.query(
    `with earlier as (delete from link where organization = $1 and person = $2 and conversation = $3 and proven_at is null)
     insert into link (organization, person, conversation, code_index, expires_at)
     values ($1, $2, $3, $4, now() + $5 * interval '1 millisecond')`,
    [key.organization, key.person, key.conversation, offer.codeIndex, offer.validMs],
  );

/**
 * Links the conversation that brings a code with the one that was given it, and returns that one: null where the code is unknown,
 * too old, used by somebody else or given on the same channel. The same conversation may bring it again, and finds the same.
 */
export const proveLink = async (
  transaction: Transaction,
  key: ConversationKey,
  codeIndex: string,
): Promise<LinkedPlace | null> => {
  const [raw] = await transaction.query<Raw>(
    `update link l set other_organization = $1, other_person = $2, other_conversation = $3, proven_at = coalesce(l.proven_at, now())
     from conversation c
     where l.code_index = $4 and l.undone_at is null and c.id = l.conversation
       and (l.other_conversation = $3 or (l.proven_at is null and l.expires_at > now()))
       and c.channel <> (select channel from conversation where id = $3)
     returning ${columns}`,
    [key.organization, key.person, key.conversation, codeIndex],
  );
  return raw ? toPlace(raw) : null;
};

const linked = `select l.other_conversation as id, l.proven_at from link l
    where l.organization = $1 and l.person = $2 and l.proven_at is not null and l.undone_at is null
  union select l.conversation, l.proven_at from link l
    where l.other_organization = $1 and l.other_person = $2 and l.proven_at is not null and l.undone_at is null`;

/** Where else this person has proven to be and may be written to, the newest proof first. */
export const linkedPlaces = async (sql: Sql, key: ConversationKey): Promise<LinkedPlace[]> =>
  (
    await sql.query<Raw>(
      `select ${columns} from (${linked}) o join conversation c on c.id = o.id where c.person <> $2
         and not ${withdrawnBy('c.organization', 'c.person', 'c.channel')}
       order by o.proven_at desc`,
      [key.organization, key.person],
    )
  ).map(toPlace);

/** Takes all links of this person back; true where there was one. That there was one stays on record. */
export const undoLinks = async (transaction: Transaction, key: ConversationKey): Promise<boolean> => {
  const undone = await transaction.query<{ conversation: string; other_conversation: string }>(
    `update link set undone_at = now() where proven_at is not null and undone_at is null
       and ((organization = $1 and person = $2) or (other_organization = $1 and other_person = $2))
     returning conversation, other_conversation`,
    [key.organization, key.person],
  );
  const places = undone.flatMap((one) => [one.conversation, one.other_conversation]);
  await transaction.query(
    `update conversation set speaks_for = null where id = any($1::uuid[]) and speaks_for = any($1::uuid[])`,
    [places],
  );
  return undone.length > 0;
};

/** From now on, and while a case of `conversation` is open, what is said in the other place is said in that case. */
export const continueAt = (sql: Sql, conversation: string, place: ConversationKey): Promise<unknown> =>
  sql.query(
    `update conversation set speaks_for = case when id = $2 then $1::uuid end where id = $2 or speaks_for = $1::uuid`,
    [conversation, place.conversation],
  );

/** Where a conversation is continued, besides its own thread. */
export const continuedAt = async (sql: Sql, conversation: string): Promise<LinkedPlace | null> => {
  const [raw] = await sql.query<Raw>(`select ${columns} from conversation c where c.speaks_for = $1`, [conversation]);
  return raw ? toPlace(raw) : null;
};
