import { Migration } from '@mikro-orm/migrations';

/** A graph of neighbours that is asked for fifty answers has to look at more than fifty, and further where filters leave some out. */
const settings = ['hnsw.ef_search = 100', 'hnsw.iterative_scan = relaxed_order'];

/** Passages are found by the terms they hold, and compared by the weights of these afterwards. */
export class Candidates extends Migration {
  override up(): void {
    this.addSql(`create index "passage_terms" on "passage" using gin ("terms")`);
    // For sessions to come; where we may not, or the extension is older, the usual ones serve.
    for (const setting of settings)
      this.addSql(
        `do $$ begin execute format('alter database %I set ${setting}', current_database()); exception when others then null; end $$`,
      );
  }
}
