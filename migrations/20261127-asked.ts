import { Migration } from '@mikro-orm/migrations';

/** What the last words to a person asked them for: their reply is personal data, whatever it looks like. Kinds only, no words. */
export class Asked extends Migration {
  override up(): void {
    this.addSql(`alter table "conversation" add column "asked" text[] not null default '{}'`);
  }
}
