import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';

/**
 * What a failed statement means for the caller.
 *
 * - `conflict`: rolled back because of a neighbour; the same transaction may succeed at once.
 * - `unavailable`: the server or the way to it is gone; the same transaction may succeed later.
 * - `definite`: the statement itself is wrong (constraint, type, permission); repeating it repeats the failure.
 */
export type FailureDisposition = 'conflict' | 'unavailable' | 'definite';

/** SQLSTATE → disposition. A state that is not listed is `definite`. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const dispositionOfSqlState: Readonly<Record<string, FailureDisposition>> = {
  '40001': 'conflict', // serialization_failure
  '40P01': 'conflict', // deadlock_detected
  '55P03': 'conflict', // lock_not_available (lock_timeout, NOWAIT)
  '08000': 'unavailable', // connection_exception
  '08001': 'unavailable', // sqlclient_unable_to_establish_sqlconnection
  '08003': 'unavailable', // connection_does_not_exist
  '08004': 'unavailable', // sqlserver_rejected_establishment_of_sqlconnection
  '08006': 'unavailable', // connection_failure
  '25006': 'unavailable', // read_only_sql_transaction: a primary that was just demoted
  '25P03': 'unavailable', // idle_in_transaction_session_timeout: the work stopped in the middle, and was rolled back
  '53000': 'unavailable', // insufficient_resources
  '53100': 'unavailable', // disk_full
  '53200': 'unavailable', // out_of_memory
  '53300': 'unavailable', // too_many_connections
  '57014': 'unavailable', // query_canceled: the statement's time ran out on a server that is too slow just now
  '57P01': 'unavailable', // admin_shutdown, pg_terminate_backend
  '57P02': 'unavailable', // crash_shutdown
  '57P03': 'unavailable', // cannot_connect_now: starting up or in recovery
  '57P05': 'unavailable', // idle_session_timeout
  '58000': 'unavailable', // system_error
  '58030': 'unavailable', // io_error
};

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
]);

/** pg reports a connection it lost, or could not get in time, without any code: these texts are all it gives. */
const connectionLost =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|Query read timeout|Cannot use a pool after)/;

/** The commit was sent and its answer was lost: the transaction may or may not stand. Look before doing its work again. */
export class CommitOutcomeUnknownError extends Error {
  readonly code = 'POSTGRES_COMMIT_OUTCOME_UNKNOWN';

  constructor(cause: unknown) {
    super('the connection was lost while committing: the transaction may or may not stand', { cause });
    this.name = 'CommitOutcomeUnknownError';
  }
}

/** A statement of the transaction failed and the work went on: Postgres answers such a COMMIT with a silent ROLLBACK. */
export class TransactionAbortedError extends Error {
  readonly code = 'POSTGRES_TRANSACTION_ABORTED';

  constructor() {
    super('a statement of this transaction failed and its error was not passed on: nothing was committed');
    this.name = 'TransactionAbortedError';
  }
}

/** The five-character SQLSTATE of an error from Postgres, whoever wrapped it. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = codeOf(error instanceof QueryFailedError ? error.driverError : error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Classifies an error of a statement or of connecting. Never applied to a commit: see {@link CommitOutcomeUnknownError}. */
export function dispositionOf(error: unknown): FailureDisposition {
  const sqlState = sqlStateOf(error);
  if (sqlState !== undefined) return dispositionOfSqlState[sqlState] ?? 'definite';
  return isConnectionLoss(error) ? 'unavailable' : 'definite';
}

/** Worth another try, at once or later, with the same input. A commit with unknown outcome is, if the work is idempotent. */
export function isRetryable(error: unknown): boolean {
  return error instanceof CommitOutcomeUnknownError || dispositionOf(error) !== 'definite';
}

function isConnectionLoss(error: unknown): boolean {
  // TypeORM releases a query runner whose connection died; the next statement is refused before anything is sent.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const inner: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (inner instanceof AggregateError) return inner.errors.some(isConnectionLoss);
  const code = codeOf(inner);
  if (code !== undefined && networkCodes.has(code)) return true;
  return inner instanceof Error && connectionLost.test(inner.message);
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
