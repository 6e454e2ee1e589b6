import { Migration } from '@mikro-orm/migrations';

/** What waits until it is asked for, or until the morning: nothing of the time before it counts as late. */
export class Held extends Migration {
  override up(): void {
    this.addSql(`alter table "outbox" add column "held_until" timestamptz null`);
  }
}
