import { Migration } from '@mikro-orm/migrations';

/**
 * What an answer leans on, sealed, so that it can be explained later; which documents it cites, so that it can be told what stale
 * ones are worth; and whether it found nothing to lean on.
 */
export class Receipts extends Migration {
  override up(): void {
    this.addSql(`alter table "turn" add column "receipt" bytea null`);
    this.addSql(`alter table "turn" add column "cited" text[] not null default '{}'`);
    this.addSql(`alter table "turn" add column "is_missed" boolean not null default false`);
    this.addSql(`create index "turn_missed" on "turn" ("started_at") where "is_missed"`);
  }
}
