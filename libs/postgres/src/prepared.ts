import { type PoolClient, type QueryResultRow } from 'pg';
import { type DataSource, type EntityManager, type QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm';

/** A statement that is asked so often, and answers so fast, that parsing and planning it would be most of its cost. */
export interface PreparedStatement {
  /** Unique among the service's statements; at most 63 bytes. */
  readonly name: string;
  readonly sql: string;
}

/**
 * Runs the statement outside of any transaction. Each session parses it once and plans it a few times at most; a session
 * that the pool opens later prepares it anew.
 */
export async function queryPrepared<Row extends QueryResultRow>(
  dataSource: DataSource,
  statement: PreparedStatement,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const runner = dataSource.createQueryRunner();
  try {
    return await run<Row>(runner, statement, parameters);
  } finally {
    await runner.release();
  }
}

/** The same inside a transaction, on its session. */
export async function queryPreparedIn<Row extends QueryResultRow>(
  tx: EntityManager,
  statement: PreparedStatement,
  parameters: readonly unknown[],
): Promise<Row[]> {
  if (tx.queryRunner === undefined) throw new Error('not inside a transaction: an entity manager without a session');
  return run<Row>(tx.queryRunner, statement, parameters);
}

async function run<Row extends QueryResultRow>(
  runner: QueryRunner,
  { name, sql }: PreparedStatement,
  parameters: readonly unknown[],
): Promise<Row[]> {
  // TypeORM releases a runner whose connection died; asked to connect again it would take another session, outside of it all.
  if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError();
  const client = (await runner.connect()) as PoolClient;
  const { rows } = await client.query<Row>({ name, text: sql, values: [...parameters] });
  return rows;
}
