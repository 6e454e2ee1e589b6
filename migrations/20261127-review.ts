import { Migration } from '@mikro-orm/migrations';

/** A passage that gives orders to the assistant answers nobody until a person has looked at it. */
export class Review extends Migration {
  override up(): void {
    this.addSql(`alter table "passage" add column "held" text[] null`);
    this.addSql(
      `create table "passage_review" ("text_hash" text not null, "allowed_at" timestamptz not null default now(), primary key ("text_hash"))`,
    );
  }
}
