import { setTimeout as sleep } from 'node:timers/promises';
import { type PoolClient } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { CommitOutcomeUnknownError, dispositionOf, sqlStateOf, TransactionAbortedError } from './errors.js';

export interface TransactionOptions {
  /** How often the work is done again after a conflict with a neighbour (deadlock, serialization failure). Default 3. */
  readonly retries?: number;
  readonly isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
}

/** First pause after a conflict; doubled each time, and drawn between half and whole so that two losers part. */
const firstPauseMs = 10;

/**
 * Does `work` in one transaction and commits it. A conflict with a neighbour rolls back and does the work again, so
 * `work` may have no effects but those on `tx`.
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
      return await once(dataSource, work, options.isolation ?? 'READ COMMITTED');
    } catch (error) {
      const isConflict = !(error instanceof CommitOutcomeUnknownError) && dispositionOf(error) === 'conflict';
      if (!isConflict || attempt >= retries) throw error;
      await sleep(firstPauseMs * 2 ** attempt * (0.5 + Math.random() / 2));
    }
  }
}

async function once<Result>(
  dataSource: DataSource,
  work: (tx: EntityManager) => Promise<Result>,
  isolation: NonNullable<TransactionOptions['isolation']>,
): Promise<Result> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction(isolation);
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

async function commit(runner: QueryRunner): Promise<void> {
  if (!runner.isReleased) {
    const client = (await runner.connect()) as PoolClient;
    if (client.getTransactionStatus() === 'E') {
      await rollback(runner);
      throw new TransactionAbortedError();
    }
  }
  try {
    await runner.commitTransaction();
  } catch (error) {
    if (nothingStands(runner, error)) throw error;
    throw new CommitOutcomeUnknownError(error);
  }
}

/**
 * Only two failures of a COMMIT are certain: the server's own refusal (a deferred constraint, a serialization failure;
 * not a shutdown, which may follow the commit record), and a connection that was already gone, so nothing was sent.
 */
function nothingStands(runner: QueryRunner, error: unknown): boolean {
  const sqlState = sqlStateOf(error);
  if (sqlState !== undefined) return sqlState !== '40003' && dispositionOf(error) !== 'unavailable';
  return error instanceof Error && error.name === 'QueryRunnerAlreadyReleasedError' && runner.isReleased;
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
