import { defineEntity, p } from '@mikro-orm/core';

import { owner, partOfConversation, sealed, SealedType } from './columns.ts';
import { caseEntities } from './case-entities.ts';
import { knowledgeEntities } from './knowledge-entities.ts';
import { ModelCall, Quoted } from './model-entities.ts';

/** Who wrote, as a keyed fingerprint of the platform's id: the row tells nothing about them. */
const Person = defineEntity({
  name: 'Person',
  tableName: 'person',
  properties: { ...owner, channel: p.text(), handle: p.text(), createdAt: p.datetime().defaultRaw('now()') },
  uniques: [{ name: 'person_handle', properties: ['organization', 'channel', 'handle'] }],
});

const Conversation = defineEntity({
  name: 'Conversation',
  tableName: 'conversation',
  properties: {
    ...owner,
    id: p.uuid().primary(),
    channel: p.text(),
    /** Fingerprint of the thread; the thread itself may hold a phone number and is sealed. */
    threadIndex: p.text(),
    thread: sealed(),
    profile: sealed(),
    /** The conversation's own key, wrapped by the master key. Destroying it makes every sealed text unreadable. */
    wrappedKey: p.type(SealedType).$type<Buffer>(),
    /** Raised by every worker that takes the lane; an older worker's writes are refused. */
    fence: p.integer().default(0),
    /** The same for whoever sends what is due. */
    outboxFence: p.integer().default(0),
    summary: sealed().nullable(),
    summarizedThrough: p.bigint().default(0),
    tokens: sealed().nullable(),
    /** When this person was told that an AI answers here. */
    disclosedAt: p.datetime().nullable(),
    /** The language that was spoken last, as ISO 639-1. */
    language: p.text().nullable(),
    /** What the last words to this person asked them for. */
    asked: p.type('text[]').$type<string[]>().columnType('text[]').defaultRaw("'{}'"),
    /** The conversation of the same person whose case is continued here, while it is open. */
    speaksFor: p.uuid().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
  uniques: [
    { name: 'conversation_id', properties: ['id'] },
    { name: 'conversation_thread', properties: ['organization', 'person', 'channel', 'threadIndex'] },
  ],
  indexes: [
    {
      name: 'conversation_speaks_for',
      expression: `create index "conversation_speaks_for" on "conversation" ("speaks_for") where "speaks_for" is not null`,
    },
  ],
});

const Inbox = defineEntity({
  name: 'Inbox',
  tableName: 'inbox',
  properties: {
    ...partOfConversation,
    position: p.bigint().primary().autoincrement(),
    channel: p.text(),
    eventId: p.text(),
    kind: p.text().default('message'),
    /** The position of the event that this one changes. */
    changes: p.bigint().nullable(),
    body: sealed(),
    receivedAt: p.datetime().defaultRaw('now()'),
    startedAt: p.datetime().nullable(),
    doneAt: p.datetime().nullable(),
    turn: p.uuid().nullable(),
  },
  uniques: [{ name: 'inbox_event', properties: ['channel', 'eventId'] }],
  indexes: [
    {
      name: 'inbox_waiting',
      expression: `create index "inbox_waiting" on "inbox" ("conversation", "position") where "done_at" is null`,
    },
  ],
});

const Message = defineEntity({
  name: 'Message',
  tableName: 'message',
  properties: {
    ...partOfConversation,
    position: p.bigint().primary().autoincrement(),
    turn: p.uuid(),
    speaker: p.text().$type<'customer' | 'assistant' | 'agent'>(),
    body: sealed(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

const Turn = defineEntity({
  name: 'Turn',
  tableName: 'turn',
  properties: {
    ...partOfConversation,
    id: p.uuid().primary(),
    outcome: p.text(),
    model: p.text().nullable(),
    inputTokens: p.integer().default(0),
    outputTokens: p.integer().default(0),
    cacheReadTokens: p.integer().default(0),
    cacheWriteTokens: p.integer().default(0),
    /** Millionths of a dollar. */
    costMicros: p.bigint().default(0),
    /** The prompt it was answered by: name, version and hash. */
    prompt: p.text().nullable(),
    /** What the model told beside its answer. */
    intent: p.text().nullable(),
    sentiment: p.text().nullable(),
    needsHuman: p.boolean().nullable(),
    startedAt: p.datetime(),
    /** When the model had written all of it. */
    generatedAt: p.datetime().nullable(),
    /** When the first words had passed the output guard. */
    guardedAt: p.datetime().nullable(),
    finishedAt: p.datetime().defaultRaw('now()'),
  },
});

/**
 * Who wants to be written to, as they said it: the last row of a person on a channel holds, and none is changed or deleted. It stands
 * beside the conversations, because it outlives them.
 */
const Consent = defineEntity({
  name: 'Consent',
  tableName: 'consent',
  properties: {
    position: p.bigint().primary().autoincrement(),
    channel: p.text(),
    /** A keyed fingerprint, as in Person. */
    handle: p.text(),
    given: p.boolean(),
    /** The keyword, or the platform's code. */
    how: p.text(),
    eventId: p.text(),
    at: p.datetime().defaultRaw('now()'),
  },
  uniques: [{ name: 'consent_event', properties: ['channel', 'eventId'] }],
  indexes: [{ name: 'consent_who', properties: ['channel', 'handle', 'position'] }],
});

/**
 * - `growing`: an answer is being written; `due`: it is whole and to be sent; `sent`: the platform has it whole
 * - `failed`: refused for good; `expired`: too old to be sent without asking; `uncertain`: it may have been sent
 * - `held`: the rest of an answer, until it is asked for
 * - `withheld`: the person does not want to be written to
 */
export type OutboxState = 'growing' | 'due' | 'held' | 'sent' | 'failed' | 'expired' | 'uncertain' | 'withheld';

/** Everything a person is shown. A row is written before its message is sent, and says what became of it. */
const Outbox = defineEntity({
  name: 'Outbox',
  tableName: 'outbox',
  properties: {
    ...partOfConversation,
    key: p.text().primary(),
    position: p.bigint().autoincrement(),
    channel: p.text(),
    thread: sealed(),
    body: sealed(),
    /** The key of the row whose message this one replaces. */
    replaces: p.text().nullable(),
    /** The key of the row in whose thread this one is posted; that thread is known only once the row is sent. */
    follows: p.text().nullable(),
    state: p.text().$type<OutboxState>(),
    /** A send was begun and its end is not known: look before sending again. */
    attemptedAt: p.datetime().nullable(),
    attempts: p.integer().default(0),
    dueAt: p.datetime().defaultRaw('now()'),
    /** It was not to be sent before. */
    heldUntil: p.datetime().nullable(),
    sent: sealed().nullable(),
    sentIndex: p.text().nullable(),
    failure: p.text().nullable(),
    /** What the platform told later of it. */
    report: p.text().$type<'sent' | 'delivered' | 'failed'>().nullable(),
    createdAt: p.datetime().defaultRaw('now()'),
    sentAt: p.datetime().nullable(),
    /** When its first words were on the platform. */
    shownAt: p.datetime().nullable(),
    edits: p.integer().default(0),
    editedAt: p.datetime().nullable(),
    /** When it was given up: failed, expired or uncertain. */
    endedAt: p.datetime().nullable(),
    /** An edit in flight has no known end and may land over the last one: that one is written once more. */
    unsettled: p.boolean().default(false),
  },
  indexes: [
    {
      name: 'outbox_due',
      expression: `create index "outbox_due" on "outbox" ("conversation", "position") where "state" = 'due'`,
    },
    { name: 'outbox_key', properties: ['channel', 'key'] },
    { name: 'outbox_sent', expression: `create index "outbox_sent" on "outbox" ("channel", "sent_index")` },
  ],
});

/** What the web channel shows, as its latest state: each change of a message takes the next sequence number. */
const WebMessage = defineEntity({
  name: 'WebMessage',
  tableName: 'web_message',
  properties: {
    ...partOfConversation,
    id: p.text().primary(),
    position: p.bigint().autoincrement(),
    sequence: p.bigint(),
    body: sealed(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** What a person thinks of a message of ours; one opinion for each. */
const Feedback = defineEntity({
  name: 'Feedback',
  tableName: 'feedback',
  properties: {
    ...partOfConversation,
    /** The outbox key of the message. */
    key: p.text().primary(),
    turn: p.uuid(),
    rating: p.text().$type<'good' | 'bad'>(),
    body: sealed().nullable(),
    at: p.datetime().defaultRaw('now()'),
  },
});

/** One person on two channels: a code was given in the one conversation, and brought to the other. */
const Link = defineEntity({
  name: 'Link',
  tableName: 'link',
  properties: {
    ...partOfConversation,
    /** Fingerprint of the code. */
    codeIndex: p.text().primary(),
    offeredAt: p.datetime().defaultRaw('now()'),
    expiresAt: p.datetime(),
    otherOrganization: p.text().nullable(),
    otherPerson: p.uuid().nullable(),
    otherConversation: p.uuid().nullable(),
    provenAt: p.datetime().nullable(),
    undoneAt: p.datetime().nullable(),
  },
  uniques: [{ name: 'link_code', properties: ['codeIndex'] }],
  indexes: [{ name: 'link_other', properties: ['otherConversation'] }],
});

/** What went wrong in the life of a message or a turn, and when. */
const Ledger = defineEntity({
  name: 'Ledger',
  tableName: 'ledger',
  properties: {
    ...partOfConversation,
    position: p.bigint().primary().autoincrement(),
    subject: p.text(),
    step: p.text(),
    code: p.text().nullable(),
    at: p.datetime().defaultRaw('clock_timestamp()'),
  },
});

/** How many calls a platform takes in one scope, over all processes. The scope is a keyed fingerprint. */
const Budget = defineEntity({
  name: 'Budget',
  tableName: 'budget',
  properties: {
    scope: p.text().primary(),
    tokens: p.double(),
    filledAt: p.datetime(),
    blockedUntil: p.datetime().nullable(),
  },
});

const Bucket = defineEntity({
  name: 'Bucket',
  tableName: 'bucket',
  properties: { ...owner, name: p.text().primary(), tokens: p.double(), filledAt: p.datetime() },
});

const Setting = defineEntity({
  name: 'Setting',
  tableName: 'setting',
  properties: { name: p.text().primary(), value: p.text() },
});

export const entities = [
  Person,
  Conversation,
  Inbox,
  Message,
  Consent,
  Turn,
  Quoted,
  ModelCall,
  Outbox,
  WebMessage,
  Feedback,
  Link,
  Ledger,
  Budget,
  Bucket,
  Setting,
  ...caseEntities,
  ...knowledgeEntities,
];
