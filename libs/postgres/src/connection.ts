import { type ClientConfig } from 'pg';

/** Where a service's tables are and how its sessions behave; what every connection of ours is made from. */
export interface ConnectionSettings {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** The service's own schema: the only one on its search path. */
  readonly schema: string;
  /** What `pg_stat_activity` shows for the session. */
  readonly applicationName: string;
  /** A statement that runs longer is cancelled by the server (SQLSTATE 57014). 0 means no limit. */
  readonly statementTimeoutMs: number;
  /** Default {@link idleInTransactionMs}. */
  readonly idleInTransactionMs?: number;
  /**
   * A table is read by its indexes even where it looks so small that reading all of it seems cheaper: a prepared statement
   * keeps its plan, and by the time that it is used a backlog may have come. Whoever means a whole table says so in its
   * transaction (`set local enable_seqscan = on`).
   */
  readonly readsByIndex?: boolean;
}

/**
 * A session whose client says nothing for so long in the middle of a transaction is ended by the server (SQLSTATE 25P03):
 * a process that was frozen there, or whose machine is gone, lets go of the rows that it has locked.
 */
const idleInTransactionMs = 10_000;

/** How long opening one connection may take before it counts as failed. */
export const connectTimeoutMs = 10_000;

/**
 * The session's settings as start-up options, so that a connection that the pool opens later has them too.
 * TCP keep-alive lets the client notice a server that vanished without closing (power loss, dropped NAT entry).
 */
export function clientConfig(settings: ConnectionSettings): ClientConfig {
  return {
    connectionString: settings.url,
    application_name: settings.applicationName,
    options: startUpOptions({
      search_path: quoteIdentifier(settings.schema),
      // What every transaction of ours is, said once and not with a round trip of its own in each.
      default_transaction_isolation: 'read committed',
      // Without `jit = off` the price that is put on reading a table would make compiling the statement seem worth while.
      ...(settings.readsByIndex === true && { enable_seqscan: 'off', jit: 'off' }),
    }),
    statement_timeout: settings.statementTimeoutMs,
    idle_in_transaction_session_timeout: settings.idleInTransactionMs ?? idleInTransactionMs,
    // The server's own limit answers first; this one is for a server that does not answer at all.
    ...(settings.statementTimeoutMs > 0 && { query_timeout: settings.statementTimeoutMs + 5_000 }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: connectTimeoutMs,
  };
}

/** A name as SQL takes it literally, whatever characters it has. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The same server, another database. */
export function urlOfDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.toString();
}

const startUpOptions = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `-c ${name}=${escapeOption(value)}`)
    .join(' ');

/** Start-up options are split at blanks; a backslash keeps a character literal. */
function escapeOption(value: string): string {
  return value.replaceAll(/[\\\s]/g, String.raw`\$&`);
}
