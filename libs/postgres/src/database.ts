import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { clientConfig, type ConnectionSettings, connectTimeoutMs } from './connection.js';
import { dispositionOf } from './errors.js';
import { migrate, type MigrationClass, migrationsTable } from './migrations.js';

export interface DatabaseOptions extends ConnectionSettings {
  /** All migrations of the schema, oldest first. */
  readonly migrations: readonly MigrationClass[];
  /** Connections that this process may hold. */
  readonly poolSize: number;
  /** Only where CRUD wants them; the stream uses SQL. */
  readonly entities?: NonNullable<DataSourceOptions['entities']>;
  /** How long a server that is not there yet (starting, restarting) is waited for. Default 30 s. */
  readonly startDeadlineMs?: number;
  /** Told of every idle connection that died. The pool replaces it; there is nothing to do but to note it. */
  readonly onPoolError?: (error: Error) => void;
}

const retryEveryMs = 500;

/**
 * Opens a service's database: waits until the server answers, brings the schema up to date (see {@link migrate}), and
 * gives a connected data source whose sessions see that schema only.
 *
 * @throws the last connection error after `startDeadlineMs`; a migration's own error at once
 */
export async function openDatabase(options: DatabaseOptions): Promise<DataSource> {
  const { url, schema, applicationName, statementTimeoutMs, idleInTransactionMs, readsByIndex = false } = options;
  const limits = { statementTimeoutMs, ...(idleInTransactionMs !== undefined && { idleInTransactionMs }) };
  const settings: ConnectionSettings = { url, schema, applicationName, ...limits };
  await whenAvailable(options.startDeadlineMs ?? 30_000, () => migrate(settings, options.migrations));
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    schema,
    applicationName,
    poolSize: options.poolSize,
    connectTimeoutMS: connectTimeoutMs,
    installExtensions: false,
    logging: false,
    entities: options.entities ?? [],
    migrationsTableName: migrationsTable,
    poolErrorHandler: (error: Error) => options.onPoolError?.(error),
    extra: clientConfig({ ...settings, readsByIndex }),
  });
  await dataSource.initialize();
  opened.set(dataSource, settings);
  return dataSource;
}

async function whenAvailable(deadlineMs: number, work: () => Promise<void>): Promise<void> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (dispositionOf(error) !== 'unavailable' || performance.now() + retryEveryMs > giveUpAt) throw error;
      await sleep(retryEveryMs);
    }
  }
}

/** How the sessions of a data source made by {@link openDatabase} are configured, to open one more of the same kind. */
export function settingsOf(dataSource: DataSource): ConnectionSettings {
  const settings = opened.get(dataSource);
  if (settings === undefined) throw new Error('this data source was not opened by openDatabase');
  return settings;
}

const opened = new WeakMap<DataSource, ConnectionSettings>();
