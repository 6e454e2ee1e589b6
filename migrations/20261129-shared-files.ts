import { Migration } from '@mikro-orm/migrations';

/** Files that a customer and an agent send each other: kept for a while, sealed, and gone with their conversation. */
export class SharedFiles extends Migration {
  override up(): void {
    this.addSql(
      `create table "shared_file" ("organization" text not null, "person" uuid not null, "conversation" uuid not null, "code_index" text not null, "name" bytea not null, "body" bytea not null, "created_at" timestamptz not null default now(), constraint "shared_file_pkey" primary key ("code_index"), constraint "shared_file_conversation_foreign" foreign key ("organization", "person", "conversation") references "conversation" ("organization", "person", "id") on delete cascade)`,
    );
    this.addSql(`create index "shared_file_conversation" on "shared_file" ("organization", "person", "conversation")`);
  }
}
