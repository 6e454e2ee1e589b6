import { defineEntity, p } from '@mikro-orm/core';

import { partOfConversation, sealed } from './columns.ts';

const SupportCase = defineEntity({
  name: 'SupportCase',
  tableName: 'support_case',
  properties: {
    ...partOfConversation,
    id: p.uuid().primary(),
    state: p.text().$type<'waiting' | 'claimed' | 'returned' | 'resolved'>(),
    reason: p.text(),
    channel: p.text(),
    /** Known once the card is posted: fingerprint of the desk thread. */
    threadIndex: p.text().nullable(),
    thread: sealed().nullable(),
    card: sealed(),
    claimedBy: p.text().nullable(),
    claimedName: sealed().nullable(),
    /** Its ticket in another system, if there is one. */
    ticketChannel: p.text().nullable(),
    ticketThread: sealed().nullable(),
    ticketIndex: p.text().nullable(),
    language: p.text().nullable(),
    /** When agents were reminded that it waits. */
    nudgedAt: p.datetime().nullable(),
    openedAt: p.datetime().defaultRaw('now()'),
    claimedAt: p.datetime().nullable(),
    closedAt: p.datetime().nullable(),
  },
  indexes: [
    {
      name: 'case_open',
      expression: `create unique index "case_open" on "support_case" ("conversation") where "state" in ('waiting', 'claimed')`,
    },
    {
      name: 'case_waiting',
      expression: `create index "case_waiting" on "support_case" ("opened_at") where "state" = 'waiting'`,
    },
    {
      name: 'case_ticket',
      expression: `create index "case_ticket" on "support_case" ("ticket_channel", "ticket_index") where "ticket_index" is not null`,
    },
    { name: 'case_thread', expression: `create index "case_thread" on "support_case" ("channel", "thread_index")` },
  ],
});

/** How a person found that a case of theirs was handled. */
const Csat = defineEntity({
  name: 'Csat',
  tableName: 'csat',
  properties: {
    ...partOfConversation,
    case: p.uuid().primary(),
    askedAt: p.datetime().defaultRaw('now()'),
    /** From 1 to 5. */
    score: p.integer().nullable(),
    answeredAt: p.datetime().nullable(),
    body: sealed().nullable(),
  },
});

/** Something that is wrong for many, as an agent told it. */
const Incident = defineEntity({
  name: 'Incident',
  tableName: 'incident',
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    body: sealed(),
    openedAt: p.datetime().defaultRaw('now()'),
    endedAt: p.datetime().nullable(),
  },
});

/** Who was told of it, and is to hear when it is over. */
const IncidentHeard = defineEntity({
  name: 'IncidentHeard',
  tableName: 'incident_heard',
  properties: { ...partOfConversation, incident: p.uuid().primary(), at: p.datetime().defaultRaw('now()') },
});

/** What a customer and an agent send each other, for a while: whoever knows the code has the file. */
const SharedFile = defineEntity({
  name: 'SharedFile',
  tableName: 'shared_file',
  properties: {
    ...partOfConversation,
    /** A keyed fingerprint of the code. */
    codeIndex: p.text().primary(),
    name: sealed(),
    body: sealed(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
  indexes: [{ name: 'shared_file_conversation', properties: ['organization', 'person', 'conversation'] }],
});

export const caseEntities = [SupportCase, Csat, Incident, IncidentHeard, SharedFile];
