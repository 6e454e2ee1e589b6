import { Migration } from '@mikro-orm/migrations';

/** One person on two channels: a code given on the one, proven on the other; what became of it stays on record. */
export class Links extends Migration {
  override up(): void {
    this
      .addSql(`create table "link" ("organization" text not null, "person" uuid not null, "conversation" uuid not null,
      "code_index" text not null, "offered_at" timestamptz not null default now(), "expires_at" timestamptz not null,
      "other_organization" text null, "other_person" uuid null, "other_conversation" uuid null,
      "proven_at" timestamptz null, "undone_at" timestamptz null,
      primary key ("organization", "person", "conversation", "code_index"),
      foreign key ("organization", "person", "conversation") references "conversation" ("organization", "person", "id") on delete cascade,
      foreign key ("other_organization", "other_person", "other_conversation")
        references "conversation" ("organization", "person", "id") on delete cascade)`);
    this.addSql(`create unique index "link_code" on "link" ("code_index")`);
    this.addSql(`create index "link_other" on "link" ("other_conversation")`);
    this.addSql(`alter table "conversation" add column "speaks_for" uuid null`);
    this.addSql(
      `create index "conversation_speaks_for" on "conversation" ("speaks_for") where "speaks_for" is not null`,
    );
  }
}
