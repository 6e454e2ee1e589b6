import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import type { Options } from '@mikro-orm/core';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM as EmbeddedOrm } from '@mikro-orm/pglite';
import { MikroORM as PostgresOrm } from '@mikro-orm/postgresql';
import { createPostgreSqlTypeParsers, type SqlEntityManager } from '@mikro-orm/sql';
import { CompiledQuery, type Kysely } from 'kysely';
import array from 'postgres-array';

import { First } from '#migrations/20261123-first.ts';
import { Disclosure } from '#migrations/20261125-disclosure.ts';
import { Changes } from '#migrations/20261126-changes.ts';
import { Delivery } from '#migrations/20261126-delivery.ts';
import { Asked } from '#migrations/20261127-asked.ts';
import { Review } from '#migrations/20261127-review.ts';
import { Links } from '#migrations/20261127-links.ts';
import { Consent } from '#migrations/20261127-consent.ts';
import { Held } from '#migrations/20261127-held.ts';
import { Reports } from '#migrations/20261127-reports.ts';
import { Models } from '#migrations/20261128-models.ts';
import { ForgetQuoted } from '#migrations/20261128-quoted.ts';
import { Audience } from '#migrations/20261128-audience.ts';
import { Candidates } from '#migrations/20261128-candidates.ts';
import { Embedders } from '#migrations/20261128-embedders.ts';
import { Receipts } from '#migrations/20261128-receipts.ts';
import { VersionsForget } from '#migrations/20261128-versions-forget.ts';
import { Versions } from '#migrations/20261128-versions.ts';
import { WebChanges } from '#migrations/20261128-web-changes.ts';
import { Tickets } from '#migrations/20261129-tickets.ts';
import { Desk } from '#migrations/20261129-desk.ts';
import { SharedFiles } from '#migrations/20261129-shared-files.ts';
import { StoreError } from '#core/errors.ts';
import { given } from '#core/given.ts';

import { entities } from './entities.ts';
import { lockFolder } from './lock.ts';
import { createComplaints } from './complaints.ts';
import { connectionClass } from './connection.ts';

/** A connection that was just made is slow: it knows no statement and no table yet. */
export const idleMs = 600_000;

/** Rows as objects with the column names as they are in the database. Parameters are written `$1` and bound, never inlined. */
export interface Sql {
  query<Row>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

declare const transaction: unique symbol;
/** The same as Sql, with everything seen and written as one. Never held across a call to a model or a platform. */
export type Transaction = Sql & { readonly [transaction]: true };

export interface Store extends Sql, AsyncDisposable {
  readonly kind: 'embedded' | 'postgres';
  /** The embedded database, for the parts that must share its one connection. */
  readonly embedded: PGlite | null;
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Names of the migrations that were applied now. */
  migrate(): Promise<string[]>;
  /** Throws StoreError when the schema is older than this code. */
  checkSchema(): Promise<void>;
  /** Why the database answers and yet stores nothing, or null. */
  complaint(): string | null;
  /** Milliseconds that this machine's time is ahead of the database's. */
  clockAheadMs(now: () => Date): Promise<number>;
  close(): Promise<void>;
}

export interface StoreSettings {
  /** A Postgres address; without it the database is embedded. */
  readonly url?: string;
  /** Folder of the embedded database, or null to keep it in memory. */
  readonly folder: string | null;
  /** An embedded database to begin with a copy of, instead of an empty one, and the compiled program that runs it. */
  readonly copyOf?: { readonly dump: Blob; readonly program: WebAssembly.Module };
  /** Most connections to Postgres at once. */
  readonly connectionsMax: number;
  /** The address is a pooler's: a connection keeps nothing from one statement to the next. */
  readonly isPooled?: boolean;
  /** Milliseconds without an answer after which a connection is given up. */
  readonly silenceMs?: number;
}

const common = {
  entities,
  extensions: [Migrator],
  migrations: {
    migrationsList: [
      { name: '20261123-first', class: First },
      { name: '20261125-disclosure', class: Disclosure },
      { name: '20261126-delivery', class: Delivery },
      { name: '20261126-changes', class: Changes },
      { name: '20261127-links', class: Links },
      { name: '20261127-asked', class: Asked },
      { name: '20261127-review', class: Review },
      { name: '20261127-consent', class: Consent },
      { name: '20261127-reports', class: Reports },
      { name: '20261127-held', class: Held },
      { name: '20261128-models', class: Models },
      { name: '20261128-audience', class: Audience },
      { name: '20261128-candidates', class: Candidates },
      { name: '20261128-embedders', class: Embedders },
      { name: '20261128-receipts', class: Receipts },
      { name: '20261128-versions', class: Versions },
      { name: '20261128-web-changes', class: WebChanges },
      { name: '20261128-quoted', class: ForgetQuoted },
      { name: '20261128-versions-forget', class: VersionsForget },
      { name: '20261129-shared-files', class: SharedFiles },
      { name: '20261129-desk', class: Desk },
      { name: '20261129-tickets', class: Tickets },
    ],
    snapshot: false,
    silent: true,
  },
  schemaGenerator: { createForeignKeyConstraints: false },
} satisfies Partial<Options>;

const unreachable = (cause: unknown, url: string): StoreError => {
  const host = URL.parse(url)?.host ?? 'the address in DATABASE_URL';
  return new StoreError(
    `Postgres at ${host} cannot be reached (${cause instanceof Error ? cause.message : String(cause)}). Check DATABASE_URL and that the server runs.`,
    { cause },
  );
};

const toSql = (database: Pick<Kysely<unknown>, 'executeQuery'>): Sql => ({
  query: async <Row>(text: string, parameters: readonly unknown[] = []) =>
    (await database.executeQuery(CompiledQuery.raw(text, [...parameters]))).rows as Row[],
});

type Orm = Awaited<ReturnType<typeof EmbeddedOrm.init>> | Awaited<ReturnType<typeof PostgresOrm.init>>;

const toStore = (orm: Orm, embedded: PGlite | null, release: () => Promise<void>): Store => {
  const database = (orm.em as unknown as SqlEntityManager).getKysely() as Kysely<unknown>;
  const complaints = createComplaints();
  const direct = toSql(database);
  const query: Sql['query'] = (text, parameters) => complaints.hear(() => direct.query(text, parameters));
  const close = async (): Promise<void> => {
    await orm.close(true);
    await release();
  };
  return {
    kind: embedded ? 'embedded' : 'postgres',
    embedded,
    query,
    // Not through the entity manager: where the connection breaks, its rollback fails and the pool never gets the connection back.
    transaction: (work) =>
      complaints.hear(() => database.transaction().execute((opened) => work(toSql(opened) as Transaction))),
    migrate: async () => (await orm.migrator.up()).map((migration) => migration.name),
    checkSchema: async () => {
      const pending = await orm.migrator.getPending();
      if (pending.length > 0)
        throw new StoreError(
          `The database schema is ${pending.length} migration(s) behind (${pending.map((one) => one.name).join(', ')}). Run: node src/main.ts migrate`,
        );
    },
    complaint: complaints.last,
    clockAheadMs: async (now) => {
      const [row] = await query<{ now: number | string }>(`select extract(epoch from clock_timestamp()) * 1000 as now`);
      return now().getTime() - Number(row?.now);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
};

const openEmbedded = async ({ folder, copyOf }: StoreSettings): Promise<Store> => {
  if (folder) mkdirSync(folder, { recursive: true });
  const lock = folder ? lockFolder(folder) : undefined;
  try {
    const pglite = await PGlite.create({
      ...(folder ? { dataDir: join(folder, 'database') } : {}),
      ...(copyOf ? { loadDataDir: copyOf.dump, pgliteWasmModule: copyOf.program } : {}),
      // Its whole memory is written at the start, and a little is enough for what one machine holds.
      postgresqlconf: ['shared_buffers = 16MB'],
      extensions: { vector },
      parsers: createPostgreSqlTypeParsers((text) => array.parse(text)),
    });
    const orm = await EmbeddedOrm.init({ ...common, dbName: 'firstline', driverOptions: { pglite } });
    return toStore(orm, pglite, async () => {
      await pglite.close();
      lock?.[Symbol.dispose]();
    });
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
};

/** Opens the database: Postgres where a URL is set, otherwise embedded. Throws StoreError with what to do. */
export const openStore = async (settings: StoreSettings): Promise<Store> => {
  if (!settings.url) return openEmbedded(settings);
  const orm = await PostgresOrm.init({
    ...common,
    clientUrl: settings.url,
    pool: { max: settings.connectionsMax, idleTimeoutMillis: idleMs },
    driverOptions: {
      keepAlive: true,
      Client: connectionClass(settings),
      ...given({ connectionTimeoutMillis: settings.silenceMs }),
    },
  });
  try {
    await toSql((orm.em as unknown as SqlEntityManager).getKysely() as Kysely<unknown>).query('select 1');
  } catch (error) {
    await orm.close(true);
    throw unreachable(error, settings.url);
  }
  return toStore(orm, null, async () => undefined);
};
