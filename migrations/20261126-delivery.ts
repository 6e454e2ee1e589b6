import { Migration } from '@mikro-orm/migrations';

/** What makes delivery provable: times of each step, a fence for senders, shared budgets, and a ledger of what went wrong. */
export class Delivery extends Migration {
  override up(): void {
    this.addSql(`alter table "conversation" add column "outbox_fence" int not null default 0`);
    this.addSql(`alter table "inbox" add column "started_at" timestamptz null`);
    this.addSql(
      `alter table "turn" add column "generated_at" timestamptz null, add column "guarded_at" timestamptz null`,
    );
    this.addSql(`alter table "outbox" add column "shown_at" timestamptz null, add column "edits" int not null default 0,
      add column "edited_at" timestamptz null, add column "ended_at" timestamptz null,
      add column "unsettled" boolean not null default false`);
    this
      .addSql(`create table "ledger" ("organization" text not null, "person" uuid not null, "conversation" uuid not null,
      "position" bigserial not null, "subject" text not null, "step" text not null, "code" text null,
      "at" timestamptz not null default clock_timestamp(), primary key ("organization", "person", "conversation", "position"),
      foreign key ("organization", "person", "conversation") references "conversation" ("organization", "person", "id") on delete cascade)`);
    this
      .addSql(`create table "budget" ("scope" text not null, "tokens" double precision not null, "filled_at" timestamptz not null,
      "blocked_until" timestamptz null, primary key ("scope"))`);
  }
}
