import { Migration } from '@mikro-orm/migrations';

/**
 * What models were shown goes with its conversation. And what a document said is gone from every later answer as soon as the document is gone or says something else: passages that models
 * were shown are not shown again. Whoever deletes the same rows at the same time is not waited for.
 */
export class ForgetQuoted extends Migration {
  override up(): void {
    this.addSql(`delete from "quoted" q where not exists (select 1 from "conversation" c where c.id = q.conversation)`);
    this
      .addSql(`alter table "quoted" add constraint "quoted_conversation" foreign key ("organization", "person", "conversation")
      references "conversation" ("organization", "person", "id") on delete cascade`);
    this.addSql(`create function "forget_quoted"() returns trigger language plpgsql as $$
      begin
        delete from quoted q using (select organization, person, conversation, turn from quoted for update skip locked) gone
        where q.organization = gone.organization and q.person = gone.person and q.conversation = gone.conversation
          and q.turn = gone.turn;
        return null;
      end $$`);
    this.addSql(`create trigger "document_forgets_quoted" after update or delete on "document"
      for each statement execute function "forget_quoted"()`);
  }
}
