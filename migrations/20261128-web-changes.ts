import { Migration } from '@mikro-orm/migrations';

/** Numbers of changes go on after what was shown is forgotten: who reads along has seen the earlier ones. */
export class WebChanges extends Migration {
  override up(): void {
    this.addSql(`create sequence "web_change"`);
    this.addSql(`select setval('web_change', (select coalesce(max("sequence"), 0) + 1 from "web_message"))`);
  }
}
