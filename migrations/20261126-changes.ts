import { Migration } from '@mikro-orm/migrations';

/** What people do besides writing: an event says its kind, one that changes another names it, and what people think is kept. */
export class Changes extends Migration {
  override up(): void {
    this.addSql(`alter table "conversation" add column "language" text null`);
    this.addSql(
      `alter table "inbox" add column "kind" text not null default 'message', add column "changes" bigint null`,
    );
    this
      .addSql(`create table "feedback" ("organization" text not null, "person" uuid not null, "conversation" uuid not null,
      "key" text not null, "turn" uuid not null, "rating" text not null, "body" bytea null, "at" timestamptz not null default now(),
      primary key ("organization", "person", "conversation", "key"),
      foreign key ("organization", "person", "conversation") references "conversation" ("organization", "person", "id") on delete cascade)`);
  }
}
