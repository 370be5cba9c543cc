import { type PoolClient, type QueryResultRow } from 'pg';
import { type DataSource } from 'typeorm';

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
  { name, sql }: PreparedStatement,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const runner = dataSource.createQueryRunner();
  try {
    const client = (await runner.connect()) as PoolClient;
    const { rows } = await client.query<Row>({ name, text: sql, values: [...parameters] });
    return rows;
  } finally {
    await runner.release();
  }
}
