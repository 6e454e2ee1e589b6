import { Migration } from '@mikro-orm/migrations';

/** What a platform tells later of a message of ours, and the way from our own name of it to its row. */
export class Reports extends Migration {
  override up(): void {
    this.addSql(`alter table "outbox" add column "report" text null`);
    this.addSql(`create index "outbox_key" on "outbox" ("channel", "key")`);
  }
}
