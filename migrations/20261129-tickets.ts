import { Migration } from '@mikro-orm/migrations';

/** The ticket of a case in another system: where what is said is written, and where its agents answer. */
export class Tickets extends Migration {
  override up(): void {
    this.addSql(
      `alter table "support_case" add column "ticket_channel" text null, add column "ticket_thread" bytea null, add column "ticket_index" text null`,
    );
    this.addSql(
      `create index "case_ticket" on "support_case" ("ticket_channel", "ticket_index") where "ticket_index" is not null`,
    );
  }
}
