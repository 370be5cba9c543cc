import { createHash, randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { type DataSource } from 'typeorm';
import { quoteIdentifier, urlOfDatabase } from './connection.js';
import { openDatabase } from './database.js';
import { migrate, type MigrationClass } from './migrations.js';

export interface TestDatabaseOptions {
  readonly schema: string;
  readonly migrations: readonly MigrationClass[];
  readonly readsByIndex?: boolean;
  /** Superuser's address of a maintenance database. Default: `TEST_DATABASE_URL`. */
  readonly serverUrl?: string;
}

export interface TestDatabase {
  readonly dataSource: DataSource;
  /** The new database's address, for a service that opens it by itself. */
  readonly url: string;
  /** Closes the data source, throws out whoever is still connected, and drops the database. */
  drop(): Promise<void>;
}

/**
 * A database for one spec file, empty but for the migrated schema. Migrations run once per server and set of
 * migrations, into a template; each further database is a copy of it, which takes some 50 ms.
 */
export async function createTestDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const serverUrl = options.serverUrl ?? process.env['TEST_DATABASE_URL'];
  if (serverUrl === undefined) {
    throw new Error('TEST_DATABASE_URL is not set: the address of a maintenance database, as a superuser');
  }
  const template = await ensureTemplate(serverUrl, options);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, (server) =>
    server.query(`create database ${quoteIdentifier(name)} template ${quoteIdentifier(template)}`),
  );
  const url = urlOfDatabase(serverUrl, name);
  const dataSource = await openDatabase({
    url,
    schema: options.schema,
    migrations: options.migrations,
    ...(options.readsByIndex !== undefined && { readsByIndex: options.readsByIndex }),
    poolSize: 5,
    applicationName: 'test',
    statementTimeoutMs: 30_000,
  });
  return {
    dataSource,
    url,
    drop: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await onServer(serverUrl, (server) => server.query(`drop database ${quoteIdentifier(name)} with (force)`));
    },
  };
}

/** Built under another name and renamed when complete, so that a half-made template is never copied. */
async function ensureTemplate(serverUrl: string, { schema, migrations }: TestDatabaseOptions): Promise<string> {
  const name = `template_${fingerprint(schema, migrations)}`;
  await onServer(serverUrl, async (server) => {
    await server.query('select pg_advisory_lock(hashtext($1))', [name]);
    const found = await server.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount !== 0) return;
    const unfinished = `${name}_unfinished`;
    await server.query(`drop database if exists ${quoteIdentifier(unfinished)} with (force)`);
    await server.query(`create database ${quoteIdentifier(unfinished)} template template0`);
    const url = urlOfDatabase(serverUrl, unfinished);
    await migrate({ url, schema, applicationName: 'test-template', statementTimeoutMs: 0 }, migrations);
    await server.query(`alter database ${quoteIdentifier(unfinished)} rename to ${quoteIdentifier(name)}`);
  });
  return name;
}

/** Changes with the migrations' text, so that an edited migration gets a template of its own. */
function fingerprint(schema: string, migrations: readonly MigrationClass[]): string {
  const hash = createHash('sha256').update(schema);
  for (const migration of migrations) hash.update('\0').update(migration.toString());
  return hash.digest('hex').slice(0, 24);
}

async function onServer(serverUrl: string, work: (server: Client) => Promise<unknown>): Promise<void> {
  const server = new Client({ connectionString: serverUrl });
  await server.connect();
  try {
    await work(server);
  } finally {
    await server.end();
  }
}
