import { Migration } from '@mikro-orm/migrations';

/** A version that takes another one's place does so in conversations that go on, too. */
export class VersionsForget extends Migration {
  override up(): void {
    this.addSql(`create trigger "version_forgets_quoted" after insert or update or delete on "knowledge_source"
      for each statement execute function "forget_quoted"()`);
  }
}
