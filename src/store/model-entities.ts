import { defineEntity, p } from '@mikro-orm/core';

import { partOfConversation, sealed } from './columns.ts';

/** The passages that a turn was answered from, as the model was shown them: kept for as long as a provider may have them in its cache. */
export const Quoted = defineEntity({
  name: 'Quoted',
  tableName: 'quoted',
  properties: {
    ...partOfConversation,
    turn: p.uuid().primary(),
    body: sealed(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
  indexes: [{ name: 'quoted_age', properties: ['createdAt'] }],
});

/** Every call of a language model that was paid for, or failed. No words are in it, and it outlives its conversation: what was spent was spent. */
export const ModelCall = defineEntity({
  name: 'ModelCall',
  tableName: 'model_call',
  properties: {
    ...partOfConversation,
    position: p.bigint().primary().autoincrement(),
    turn: p.uuid().nullable(),
    purpose: p.text(),
    model: p.text(),
    /** `done`, or why there is no whole answer. */
    outcome: p.text(),
    inputTokens: p.integer(),
    outputTokens: p.integer(),
    cacheReadTokens: p.integer(),
    cacheWriteTokens: p.integer(),
    costMicros: p.bigint(),
    at: p.datetime().defaultRaw('now()'),
  },
  indexes: [{ name: 'model_call_month', properties: ['organization', 'at'] }],
});
