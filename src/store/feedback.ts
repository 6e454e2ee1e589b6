import type { Sealed } from '#core/sealed.ts';

import type { Store } from './open.ts';

/**
 * What the person of the conversation thinks of one of our answers to them: their latest opinion counts, and null takes it back.
 * The turn that was answered; null where the message is no answer of ours to this person.
 */
export const saveFeedback = async (
  store: Store,
  message: { readonly channel: string; readonly sentIndex: string; readonly handle: string },
  rating: 'good' | 'bad' | null,
  seal: (wrappedKey: Buffer) => Sealed | null,
): Promise<string | null> => {
  const [row] = await store.query<{
    organization: string;
    person: string;
    conversation: string;
    key: string;
    turn: string;
    wrapped_key: Uint8Array;
  }>(
    `select o.organization, o.person, o.conversation, o.key, t.id as turn, c.wrapped_key from outbox o
     join person p on p.organization = o.organization and p.person = o.person and p.channel = o.channel and p.handle = $3
     join conversation c on c.id = o.conversation
     join turn t on t.organization = o.organization and t.person = o.person and t.conversation = o.conversation
       and t.id::text = left(o.key, 36) and t.model is not null
     where o.channel = $1 and o.sent_index = $2`,
    [message.channel, message.sentIndex, message.handle],
  );
  if (!row) return null;
  const key = [row.organization, row.person, row.conversation, row.key];
  if (rating === null)
    await store.query(
      `delete from feedback where organization = $1 and person = $2 and conversation = $3 and key = $4`,
      key,
    );
  else
    await store.query(
      `insert into feedback (organization, person, conversation, key, turn, rating, body) values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (organization, person, conversation, key) do update
       set rating = excluded.rating, body = coalesce(excluded.body, feedback.body), at = now()`,
      [...key, row.turn, rating, seal(Buffer.from(row.wrapped_key))],
    );
  return row.turn;
};
