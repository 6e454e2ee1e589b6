import { Migration } from '@mikro-orm/migrations';

/** Whom a document is for; null: everyone. */
export class Audience extends Migration {
  override up(): void {
    this.addSql(`alter table "document" add column if not exists "audience" text[] null`);
  }
}
