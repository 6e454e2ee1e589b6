import { Migration } from '@mikro-orm/migrations';

/** Vectors of any model, each with its name: those of different models cannot be compared, and have lengths of their own. */
export class Embedders extends Migration {
  override up(): void {
    this.addSql(`alter table "passage" add column "embedder" text null`);
    this.addSql(`update "passage" set "embedder" = 'use-lite-1' where "embedding" is not null`);
    this.addSql(`drop index "passage_embedding"`);
    this.addSql(`alter table "passage" alter column "embedding" type vector`);
    this.addSql(
      `create index "passage_embedding_512" on "passage" using hnsw (("embedding"::vector(512)) vector_cosine_ops) where vector_dims("embedding") = 512`,
    );
  }
}
