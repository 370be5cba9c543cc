import { setTimeout as sleep } from 'node:timers/promises';
import { type PoolClient } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { CommitOutcomeUnknownError, dispositionOf, sqlStateOf, TransactionAbortedError } from './errors.js';

export interface TransactionOptions {
  /** How often the work is done again after a conflict with a neighbour (deadlock, serialization failure). Default 3. */
  readonly retries?: number;
}

/** First pause after a conflict; doubled each time, and drawn between half and whole so that two losers part. */
const firstPauseMs = 10;

/**
 * Does `work` in one READ COMMITTED transaction, as connection.ts says of every session, and commits it. A conflict with a
 * neighbour rolls back and does the work again, so `work` may have no effects but those on `tx`.
 *
 * @throws CommitOutcomeUnknownError when the answer to COMMIT was lost; never retried here, because only the caller
 *   knows how to look whether it stands
 * @throws TransactionAbortedError when `work` swallowed the error of a statement
 * @throws whatever `work` threw, after rolling back; {@link dispositionOf} says what it means
 */
export async function inTransaction<Result>(
  dataSource: DataSource,
  work: (tx: EntityManager) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  const retries = options.retries ?? 3;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await once(dataSource, work);
    } catch (error) {
      const isConflict = !(error instanceof CommitOutcomeUnknownError) && dispositionOf(error) === 'conflict';
      if (!isConflict || attempt >= retries) throw error;
      await sleep(firstPauseMs * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

async function once<Result>(dataSource: DataSource, work: (tx: EntityManager) => Promise<Result>): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    let result: Result;
    try {
      result = await work(runner.manager);
    } catch (error) {
      await rollback(runner);
      throw error;
    }
    await commit(runner);
    return result;
  } finally {
    await runner.release();
  }
}

/**
 * COMMIT goes past TypeORM, which hides its answer: after a failed statement Postgres answers COMMIT with the tag
 * ROLLBACK and no error. Asking the connection for its state beforehand would be a race with the state's own message.
 */
async function commit(runner: QueryRunner): Promise<void> {
  // The connection was lost and nothing was sent: surely not committed.
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  const client = (await runner.connect()) as PoolClient;
  let answer: { readonly command: string };
  try {
    answer = await client.query('COMMIT');
  } catch (error) {
    if (isRefusal(error)) throw error;
    throw new CommitOutcomeUnknownError(error);
  }
  if (answer.command !== 'COMMIT') throw new TransactionAbortedError();
}

/**
 * The server's own refusal of a COMMIT (a deferred constraint, a serialization failure) is certain: rolled back. A
 * shutdown is not, it may follow the commit record; and 40003 says itself that the outcome is unknown.
 */
function isRefusal(error: unknown): boolean {
  const sqlState = sqlStateOf(error);
  return sqlState !== undefined && sqlState !== '40003' && dispositionOf(error) !== 'unavailable';
}

/** A rollback that fails leaves a broken connection; the server rolls back by itself when that closes. */
async function rollback(runner: QueryRunner): Promise<void> {
  if (runner.isReleased) return;
  try {
    await runner.rollbackTransaction();
  } catch (error) {
    if (dispositionOf(error) !== 'unavailable') throw error;
  }
}
