import { Migration } from '@mikro-orm/migrations';

const owner = `"organization" text not null, "person" uuid not null`;
const inConversation = `${owner}, "conversation" uuid not null`;
const conversationKey = `"organization", "person", "conversation"`;
const ofConversation = `foreign key (${conversationKey}) references "conversation" ("organization", "person", "id") on delete cascade`;

/** Everything the walking bot keeps. A child row carries its owner, so it cannot hang on another person's conversation. */
export class First extends Migration {
  override up(): void {
    this.addSql(`create extension if not exists vector`);
    this.addSql(`create table "setting" ("name" text not null, "value" text not null, primary key ("name"))`);
    this.addSql(`create table "person" (${owner}, "channel" text not null, "handle" text not null,
      "created_at" timestamptz not null default now(), primary key ("organization", "person"),
      constraint "person_handle" unique ("organization", "channel", "handle"))`);
    this
      .addSql(`create table "conversation" (${owner}, "id" uuid not null, "channel" text not null, "thread_index" text not null,
      "thread" bytea not null, "profile" bytea not null, "wrapped_key" bytea not null, "fence" int not null default 0,
      "summary" bytea null, "summarized_through" bigint not null default 0, "tokens" bytea null,
      "created_at" timestamptz not null default now(), primary key ("organization", "person", "id"),
      constraint "conversation_id" unique ("id"),
      constraint "conversation_thread" unique ("organization", "person", "channel", "thread_index"),
      foreign key ("organization", "person") references "person" ("organization", "person") on delete cascade)`);
    this
      .addSql(`create table "inbox" (${inConversation}, "position" bigserial not null, "channel" text not null, "event_id" text not null,
      "body" bytea not null, "received_at" timestamptz not null default now(), "done_at" timestamptz null, "turn" uuid null,
      primary key (${conversationKey}, "position"), constraint "inbox_event" unique ("channel", "event_id"), ${ofConversation})`);
    this.addSql(`create index "inbox_waiting" on "inbox" ("conversation", "position") where "done_at" is null`);
    this
      .addSql(`create table "message" (${inConversation}, "position" bigserial not null, "turn" uuid not null, "speaker" text not null,
      "body" bytea not null, "created_at" timestamptz not null default now(), primary key (${conversationKey}, "position"), ${ofConversation})`);
    this.addSql(`create table "turn" (${inConversation}, "id" uuid not null, "outcome" text not null, "model" text null,
      "input_tokens" int not null default 0, "output_tokens" int not null default 0, "started_at" timestamptz not null,
      "finished_at" timestamptz not null default now(), primary key (${conversationKey}, "id"), ${ofConversation})`);
    this
      .addSql(`create table "outbox" (${inConversation}, "key" text not null, "position" bigserial not null, "channel" text not null,
      "thread" bytea not null, "body" bytea not null, "replaces" text null, "follows" text null, "state" text not null, "attempted_at" timestamptz null,
      "attempts" int not null default 0, "due_at" timestamptz not null default now(), "sent" bytea null, "sent_index" text null,
      "failure" text null, "created_at" timestamptz not null default now(), "sent_at" timestamptz null,
      primary key (${conversationKey}, "key"), ${ofConversation})`);
    this.addSql(`create index "outbox_due" on "outbox" ("conversation", "position") where "state" = 'due'`);
    this.addSql(`create index "outbox_sent" on "outbox" ("channel", "sent_index")`);
    this
      .addSql(`create table "support_case" (${inConversation}, "id" uuid not null, "state" text not null, "reason" text not null,
      "channel" text not null, "thread_index" text null, "thread" bytea null, "card" bytea not null, "claimed_by" text null,
      "claimed_name" bytea null, "opened_at" timestamptz not null default now(), "claimed_at" timestamptz null,
      "closed_at" timestamptz null, primary key (${conversationKey}, "id"), ${ofConversation})`);
    this.addSql(
      `create unique index "case_open" on "support_case" ("conversation") where "state" in ('waiting', 'claimed')`,
    );
    this.addSql(`create index "case_thread" on "support_case" ("channel", "thread_index")`);
    this
      .addSql(`create table "web_message" (${inConversation}, "id" text not null, "position" bigserial not null, "sequence" bigint not null,
      "body" bytea not null, "created_at" timestamptz not null default now(), primary key (${conversationKey}, "id"), ${ofConversation})`);
    this
      .addSql(`create table "bucket" (${owner}, "name" text not null, "tokens" double precision not null, "filled_at" timestamptz not null,
      primary key ("organization", "person", "name"))`);
    this
      .addSql(`create table "document" ("organization" text not null, "source" text not null, "id" text not null, "title" text not null,
      "url" text null, "hash" text not null, "updated_at" timestamptz not null default now(), primary key ("organization", "source", "id"))`);
    this
      .addSql(`create table "passage" ("organization" text not null, "source" text not null, "document" text not null, "ordinal" int not null,
      "heading" text not null, "text" text not null, "terms" text[] not null, "lexical" sparsevec(1000000000) not null,
      "embedding" vector(512) null, primary key ("organization", "source", "document", "ordinal"),
      foreign key ("organization", "source", "document") references "document" ("organization", "source", "id") on delete cascade)`);
    this.addSql(`create index "passage_embedding" on "passage" using hnsw ("embedding" vector_cosine_ops)`);
    this.addSql(`create table "term" ("term" text not null, "passages" int not null, primary key ("term"))`);
  }
}
