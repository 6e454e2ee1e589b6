import { Migration } from '@mikro-orm/migrations';

/**
 * What a source says is kept in versions: the next one is built beside the one that answers, and takes its place at once. A document
 * answers from the version that it came with (`since`) until the one that has it no more (`until`).
 */
export class Versions extends Migration {
  override up(): void {
    this
      .addSql(`create table "knowledge_source" ("organization" text not null, "source" text not null, "version" bigint not null,
      primary key ("organization", "source"))`);
    this
      .addSql(`create table "knowledge_version" ("organization" text not null, "source" text not null, "version" bigint not null,
      "published_at" timestamptz not null default now(), "changed" int not null, "removed" int not null,
      primary key ("organization", "source", "version"))`);
    this.addSql(`alter table "passage" drop constraint "passage_organization_source_document_fkey"`);
    for (const table of ['document', 'passage']) {
      this.addSql(`alter table "${table}" add column "since" bigint not null default 1`);
      this.addSql(`alter table "${table}" alter column "since" drop default`);
      this.addSql(`alter table "${table}" drop constraint "${table}_pkey"`);
    }
    this.addSql(`alter table "document" add column "until" bigint null`);
    this.addSql(`alter table "document" add primary key ("organization", "source", "id", "since")`);
    this.addSql(`alter table "passage" add primary key ("organization", "source", "document", "since", "ordinal")`);
    this.addSql(`alter table "passage" add foreign key ("organization", "source", "document", "since")
      references "document" ("organization", "source", "id", "since") on delete cascade`);
    this.addSql(
      `insert into "knowledge_source" ("organization", "source", "version") select distinct "organization", "source", 1 from "document"`,
    );
    this.addSql(`insert into "knowledge_version" ("organization", "source", "version", "changed", "removed")
      select "organization", "source", 1, count(*), 0 from "document" group by 1, 2`);
    this.addSql(`create view "live_document" as select d.* from "document" d
      join "knowledge_source" s on s."organization" = d."organization" and s."source" = d."source"
      where d."since" <= s."version" and (d."until" is null or d."until" > s."version")`);
  }
}
