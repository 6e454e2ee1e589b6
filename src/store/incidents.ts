import type { Sealed } from '#core/sealed.ts';

import { type ConversationKey, toSealed } from './conversations.ts';
import type { Sql } from './open.ts';

export interface IncidentRow {
  readonly id: string;
  readonly body: Sealed;
}

export const openIncident = async (sql: Sql, body: Sealed): Promise<string> => {
  const [row] = await sql.query<{ id: string }>(`insert into incident (body) values ($1) returning id`, [body]);
  return row!.id;
};

export const openIncidents = async (sql: Sql): Promise<IncidentRow[]> =>
  (
    await sql.query<{ id: string; body: Uint8Array }>(
      `select id, body from incident where ended_at is null order by opened_at`,
    )
  ).map((row) => ({ id: row.id, body: toSealed(row.body) }));

/** True the first time that this conversation hears of it. */
export const hearIncident = async (sql: Sql, id: string, key: ConversationKey): Promise<boolean> =>
  (
    await sql.query(
      `insert into incident_heard (incident, organization, person, conversation) values ($1, $2, $3, $4)
       on conflict do nothing returning 1`,
      [id, key.organization, key.person, key.conversation],
    )
  ).length > 0;

/** Ends all that go on; whoever heard of one is to be told. */
export const endIncidents = async (
  sql: Sql,
): Promise<
  readonly (ConversationKey & { readonly id: string; readonly wrappedKey: Buffer; readonly body: Sealed })[]
> =>
  (
    await sql.query<{
      id: string;
      body: Uint8Array;
      organization: string;
      person: string;
      conversation: string;
      wrapped_key: Uint8Array;
    }>(
      `with ended as (update incident set ended_at = now() where ended_at is null returning id, body)
       select e.id, e.body, h.organization, h.person, h.conversation, c.wrapped_key from ended e
       join incident_heard h on h.incident = e.id join conversation c on c.id = h.conversation`,
    )
  ).map(({ wrapped_key: wrappedKey, body, ...row }) => ({
    ...row,
    body: toSealed(body),
    wrappedKey: Buffer.from(wrappedKey),
  }));
