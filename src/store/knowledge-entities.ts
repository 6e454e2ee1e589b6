import { defineEntity, p } from '@mikro-orm/core';
import { VectorType } from 'pgvector/mikro-orm';

const Document = defineEntity({
  name: 'Document',
  tableName: 'document',
  properties: {
    organization: p.text().primary(),
    source: p.text().primary(),
    id: p.text().primary(),
    /** The version of the source that it came with, and the one that has it no more. */
    since: p.bigint().primary(),
    until: p.bigint().nullable(),
    title: p.text(),
    url: p.text().nullable(),
    /** Whom it is for; null: everyone. */
    audience: p.type('text[]').$type<string[]>().columnType('text[]').nullable(),
    hash: p.text(),
    updatedAt: p.datetime().defaultRaw('now()'),
  },
});

/** Dimensions of the embedded embedder. */
export const embeddingDimensions = 512;

const Passage = defineEntity({
  name: 'Passage',
  tableName: 'passage',
  properties: {
    organization: p.text().primary(),
    source: p.text().primary(),
    document: p.text().primary(),
    since: p.bigint().primary(),
    ordinal: p.integer().primary(),
    heading: p.text(),
    text: p.text(),
    terms: p.type('text[]').$type<string[]>().columnType('text[]'),
    lexical: p.type('sparsevec').$type<string>().columnType('sparsevec(1000000000)'),
    /** The rules by which it gives orders to the assistant: it answers nobody until a person has looked at it. */
    held: p.type('text[]').$type<string[]>().columnType('text[]').nullable(),
    embedding: p.type(VectorType).$type<number[]>().length(embeddingDimensions).nullable().lazy(),
  },
});

/** Which version of a source answers. */
const KnowledgeSource = defineEntity({
  name: 'KnowledgeSource',
  tableName: 'knowledge_source',
  properties: { organization: p.text().primary(), source: p.text().primary(), version: p.bigint() },
});

const KnowledgeVersion = defineEntity({
  name: 'KnowledgeVersion',
  tableName: 'knowledge_version',
  properties: {
    organization: p.text().primary(),
    source: p.text().primary(),
    version: p.bigint().primary(),
    publishedAt: p.datetime().defaultRaw('now()'),
    changed: p.integer(),
    removed: p.integer(),
  },
});

/** A text that a person has looked at and let answer. */
const PassageReview = defineEntity({
  name: 'PassageReview',
  tableName: 'passage_review',
  properties: { textHash: p.text().primary(), allowedAt: p.datetime().defaultRaw('now()') },
});

const Term = defineEntity({
  name: 'Term',
  tableName: 'term',
  properties: { term: p.text().primary(), passages: p.integer() },
});

export const knowledgeEntities = [Document, Passage, KnowledgeSource, KnowledgeVersion, PassageReview, Term];
