import { Migration } from '@mikro-orm/migrations';

/** Who wants to be written to: a ledger that can only grow. */
export class Consent extends Migration {
  override up(): void {
    this
      .addSql(`create table "consent" ("position" bigserial primary key, "channel" text not null, "handle" text not null,
      "given" boolean not null, "how" text not null, "event_id" text not null, "at" timestamptz not null default now(),
      constraint "consent_event" unique ("channel", "event_id"))`);
    this.addSql(`create index "consent_who" on "consent" ("channel", "handle", "position")`);
    this.addSql(`create function "keep_consent"() returns trigger language plpgsql as $$
      begin raise exception 'what was said about consent is neither changed nor deleted'; end $$`);
    this.addSql(`create trigger "consent_grows" before update or delete on "consent"
      for each row execute function "keep_consent"()`);
  }
}
