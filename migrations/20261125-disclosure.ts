import { Migration } from '@mikro-orm/migrations';

/** When a person was told that an AI answers here: the proof, and the reason not to say it again. */
export class Disclosure extends Migration {
  override up(): void {
    this.addSql(`alter table "conversation" add column "disclosed_at" timestamptz null`);
  }
}
