import { Client } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { clientConfig, type ConnectionSettings, quoteIdentifier } from './connection.js';
import { sqlStateOf } from './errors.js';

/** A TypeORM migration. Its class name ends in a 13-digit timestamp, which is its place in the order. */
export type MigrationClass = new () => MigrationInterface;

/** Where TypeORM notes, inside the service's schema, which migrations have run. */
export const migrationsTable = 'migrations';

/** First key of the advisory lock, so that it meets no other lock of ours; the second one is the schema's hash. */
const migrationLockClass = 0x7065_7265;

/**
 * Brings the schema up to date: creates it, then runs the migrations that are missing, each in its own transaction.
 *
 * Any number of processes may do this at once: a session-level advisory lock lets one work and the others find nothing
 * left to do. The lock goes with its session, so a process that is killed half-way blocks nobody. Statements run
 * without a time limit here: a long index build is not a failure.
 *
 * Append-only: a migration that sorts before one that has already run is refused, because databases that are older and
 * newer than it would end up with different histories. Migrations that the database has and the code does not are fine:
 * an older version of the service starts beside a newer one during a rolling restart.
 */
export async function migrate(settings: ConnectionSettings, migrations: readonly MigrationClass[]): Promise<void> {
  const unlimited = { ...settings, statementTimeoutMs: 0 };
  const lock = new Client(clientConfig(unlimited));
  // Without a listener a connection lost while idle would end the process; the next statement reports the loss.
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1, hashtext($2))', [migrationLockClass, settings.schema]);
    await createSchema(lock, settings.schema);
    await runMissing(unlimited, migrations);
  } finally {
    await lock.end();
  }
}

async function createSchema(client: Client, schema: string): Promise<void> {
  // Looked up first: `create schema if not exists` needs the right to create even where the schema exists.
  const found = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
  if (found.rowCount !== 0) return;
  try {
    await client.query(`create schema ${quoteIdentifier(schema)}`);
  } catch (error) {
    if (sqlStateOf(error) !== '42501') throw error;
    throw new Error(
      `schema "${schema}" does not exist and this role may not create it: ` +
        `run CREATE SCHEMA ${quoteIdentifier(schema)} AUTHORIZATION <role> as the database's owner`,
      { cause: error },
    );
  }
}

async function runMissing(settings: ConnectionSettings, migrations: readonly MigrationClass[]): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url: settings.url,
    schema: settings.schema,
    poolSize: 1,
    installExtensions: false,
    logging: false,
    migrations: [...migrations],
    migrationsTableName: migrationsTable,
    extra: clientConfig(settings),
  });
  await dataSource.initialize();
  try {
    await refuseInsertedMigrations(dataSource);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}

async function refuseInsertedMigrations(dataSource: DataSource): Promise<void> {
  const exists: { present: boolean }[] = await dataSource.query('select to_regclass($1) is not null as present', [
    quoteIdentifier(migrationsTable),
  ]);
  if (exists[0]?.present !== true) return;
  const executed: { name: string; timestamp: string }[] = await dataSource.query(
    `select name, timestamp from ${quoteIdentifier(migrationsTable)}`,
  );
  const known = new Set(executed.map((row) => row.name));
  const latest = Math.max(0, ...executed.map((row) => Number(row.timestamp)));
  for (const migration of dataSource.migrations) {
    const name = migration.name ?? migration.constructor.name;
    if (!known.has(name) && Number(name.slice(-13)) < latest) {
      throw new Error(`migration ${name} is older than one that has already run: migrations are only ever appended`);
    }
  }
}
