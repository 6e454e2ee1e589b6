import type { Sealer } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Store } from './open.ts';

export interface JournalRow {
  readonly id: string;
  readonly position: number;
  readonly sequence: number;
  readonly text: string;
}

/**
 * What the web channel shows, kept as its latest state: every change of a message takes a greater sequence number than all
 * before it in its conversation, so what changed after number N is all a reader who has seen N must be told, however often it changed.
 */
export const putJournal = async (
  store: Store,
  key: ConversationKey,
  sealer: Sealer,
  id: string,
  text: string,
): Promise<number> =>
  store.transaction(async (transaction) => {
    const owner = [key.organization, key.person, key.conversation];
    await transaction.query(`select id from conversation where id = $1 for update`, [key.conversation]);
    const [row] = await transaction.query<{ sequence: number | string }>(
      `insert into web_message (organization, person, conversation, id, sequence, body)
       values ($1, $2, $3, $4, nextval('web_change'), $5)
       on conflict (organization, person, conversation, id) do update set body = excluded.body, sequence = excluded.sequence returning sequence`,
      [...owner, id, sealer.seal(text, 'web')],
    );
    return Number(row?.sequence ?? 0);
  });

/** What changed after a sequence number, oldest change first. */
export const readJournal = async (
  store: Store,
  key: ConversationKey,
  sealer: Sealer,
  after: number,
): Promise<JournalRow[]> => {
  const rows = await store.query<{
    id: string;
    position: number | string;
    sequence: number | string;
    body: Uint8Array;
  }>(
    `select id, position, sequence, body from web_message where organization = $1 and person = $2 and conversation = $3 and sequence > $4 order by sequence`,
    [key.organization, key.person, key.conversation, after],
  );
  return rows.map((row) => ({
    id: row.id,
    position: Number(row.position),
    sequence: Number(row.sequence),
    text: sealer.open(toSealed(row.body), 'web'),
  }));
};
