import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql } from './open.ts';

/** How it stands with those who wait for a person. */
export interface Waits {
  /** Cases that wait, but the one of this conversation if there is one. */
  readonly waiting: number;
  /** Milliseconds within which three of four of the latest cases were claimed; null where too few were. */
  readonly usualMs: number | null;
}

const latest = 50;
/** Of fewer nothing can be said. */
const least = 5;

export const readWaits = async (sql: Sql, conversation: string): Promise<Waits> => {
  const [row] = await sql.query<{ waiting: number; claimed: number; usual: number | string | null }>(
    `select (select count(*)::int from support_case where state = 'waiting' and conversation <> $1
         and opened_at < coalesce((select opened_at from support_case where conversation = $1 and state = 'waiting'), now())) as waiting,
       count(*)::int as claimed,
       percentile_cont(0.75) within group (order by extract(epoch from claimed_at - opened_at)) * 1000 as usual
     from (select claimed_at, opened_at from support_case where claimed_at > now() - interval '14 days'
       order by claimed_at desc limit ${latest}) recent`,
    [conversation],
  );
  const { waiting = 0, claimed = 0, usual = null } = row ?? {};
  return { waiting, usualMs: usual === null || claimed < least ? null : Number(usual) };
};

export interface LateCase extends ConversationKey {
  readonly id: string;
  readonly channel: string;
  readonly waitedMs: number;
  readonly wrappedKey: Buffer;
  readonly profile: Sealed;
}

/** The cases that have waited for so long without a word about it: each is given out once. */
export const takeLateCases = async (sql: Sql, waitMs: number): Promise<LateCase[]> =>
  (
    await sql.query<{
      organization: string;
      person: string;
      conversation: string;
      id: string;
      channel: string;
      waited: number | string;
      wrapped_key: Uint8Array;
      profile: Uint8Array;
    }>(
      `update support_case late set nudged_at = now() from conversation c
       where late.state = 'waiting' and late.opened_at < now() - $1 * interval '1 millisecond'
         and (late.nudged_at is null or late.nudged_at < late.opened_at) and c.id = late.conversation
       returning late.organization, late.person, late.conversation, late.id, late.channel,
         extract(epoch from now() - late.opened_at) * 1000 as waited, c.wrapped_key, c.profile`,
      [waitMs],
    )
  ).map(({ waited, wrapped_key: wrappedKey, profile, ...row }) => ({
    ...row,
    waitedMs: Number(waited),
    wrappedKey: Buffer.from(wrappedKey),
    profile: toSealed(profile),
  }));
