import { Migration } from '@mikro-orm/migrations';

/** How people found their case was handled; and problems that many ask about, which one person at the desk tells of. */
export class Desk extends Migration {
  override up(): void {
    this.addSql(`alter table "support_case" add column "language" text null`);
    this.addSql(`alter table "support_case" add column "nudged_at" timestamptz null`);
    this.addSql(`create index "case_waiting" on "support_case" ("opened_at") where "state" = 'waiting'`);
    this.addSql(
      `create table "csat" ("organization" text not null, "person" uuid not null, "conversation" uuid not null, "case" uuid not null, "asked_at" timestamptz not null default now(), "score" int null, "answered_at" timestamptz null, "body" bytea null, constraint "csat_pkey" primary key ("organization", "person", "conversation", "case"), constraint "csat_score" check ("score" between 1 and 5), foreign key ("organization", "person", "conversation") references "conversation" ("organization", "person", "id") on delete cascade)`,
    );
    this.addSql(
      `create table "incident" ("id" uuid not null primary key default gen_random_uuid(), "body" bytea not null, "opened_at" timestamptz not null default now(), "ended_at" timestamptz null)`,
    );
    this.addSql(
      `create table "incident_heard" ("incident" uuid not null references "incident" ("id") on delete cascade, "organization" text not null, "person" uuid not null, "conversation" uuid not null, "at" timestamptz not null default now(), primary key ("incident", "conversation"), foreign key ("organization", "person", "conversation") references "conversation" ("organization", "person", "id") on delete cascade)`,
    );
  }
}
