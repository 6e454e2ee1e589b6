import { Migration } from '@mikro-orm/migrations';

/** What models cost, call by call; what an answer was made from, while a provider has it in its cache; and what the model told beside an answer. */
export class Models extends Migration {
  override up(): void {
    this.addSql(`alter table "turn" add column "cache_read_tokens" int not null default 0,
      add column "cache_write_tokens" int not null default 0, add column "cost_micros" bigint not null default 0,
      add column "prompt" text null, add column "intent" text null, add column "sentiment" text null,
      add column "needs_human" boolean null`);
    this
      .addSql(`create table "quoted" ("organization" text not null, "person" uuid not null, "conversation" uuid not null,
      "turn" uuid not null, "body" bytea not null, "created_at" timestamptz not null default now(),
      primary key ("organization", "person", "conversation", "turn"))`);
    this.addSql(`create index "quoted_age" on "quoted" ("created_at")`);
    this
      .addSql(`create table "model_call" ("organization" text not null, "person" uuid not null, "conversation" uuid not null,
      "position" bigserial not null, "turn" uuid null, "purpose" text not null, "model" text not null, "outcome" text not null,
      "input_tokens" int not null, "output_tokens" int not null, "cache_read_tokens" int not null,
      "cache_write_tokens" int not null, "cost_micros" bigint not null, "at" timestamptz not null default now(),
      primary key ("organization", "person", "conversation", "position"))`);
    this.addSql(`create index "model_call_month" on "model_call" ("organization", "at")`);
  }
}
