import type { Sealer } from '#core/sealed.ts';
import type { ConversationRef, SharedFile } from '#core/turn.ts';

import { toSealed } from './conversations.ts';
import type { Sql } from './open.ts';

const purpose = 'shared file';

export const keepSharedFile = (
  sql: Sql,
  { organization, person, conversation }: ConversationRef,
  sealer: Sealer,
  { codeIndex, name, bytes }: SharedFile,
): Promise<unknown> =>
  sql.query(
    `insert into shared_file (organization, person, conversation, code_index, name, body) values ($1, $2, $3, $4, $5, $6)
     on conflict do nothing`,
    [
      organization,
      person,
      conversation,
      codeIndex,
      sealer.seal(name, purpose),
      sealer.seal(Buffer.from(bytes).toString('base64'), purpose),
    ],
  );

/** Null for a code that nobody was given, and for a file that is older than this or was forgotten. */
export const findSharedFile = async (
  sql: Sql,
  codeIndex: string,
  ageMsMax: number,
  unwrap: (wrappedKey: Buffer) => Sealer,
): Promise<{ readonly name: string; readonly bytes: Buffer } | null> => {
  const [row] = await sql.query<{ name: Uint8Array; body: Uint8Array; wrapped_key: Uint8Array }>(
    `select f.name, f.body, c.wrapped_key from shared_file f join conversation c on c.id = f.conversation
     where f.code_index = $1 and f.created_at > now() - $2 * interval '1 millisecond'`,
    [codeIndex, ageMsMax],
  );
  if (!row) return null;
  const sealer = unwrap(Buffer.from(row.wrapped_key));
  return {
    name: sealer.open(toSealed(row.name), purpose),
    bytes: Buffer.from(sealer.open(toSealed(row.body), purpose), 'base64'),
  };
};

export const dropSharedFiles = (sql: Sql, ageMs: number): Promise<unknown> =>
  sql.query(`delete from shared_file where created_at < now() - $1 * interval '1 millisecond'`, [ageMs]);
