import { type Client } from 'pg';
import { type DataSource, type QueryRunner } from 'typeorm';
import { columns } from './columns.js';
import { outboxTable } from './outbox.js';

/** Records that their destination will never take: dead letters, kept until a person has seen to them. */
const refusedTable = 'outbox_refused';

export interface RefusedRecord {
  /** Of the row of the outbox. */
  readonly id: string;
  /** A code that the destination's adapter gives. */
  readonly reason: string;
}

/** To be called from a migration of the service that owns the outbox. */
export async function createRefusedOutboxTable(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table ${refusedTable} (
      id bigint primary key,
      topic text not null,
      key text not null,
      -- the original bytes
      value bytea,
      headers jsonb not null,
      created_at timestamptz not null,
      reason text not null,
      refused_at timestamptz not null default now()
    )`);
}

/** The reverse of {@link createRefusedOutboxTable}. */
export async function dropRefusedOutboxTable(runner: QueryRunner): Promise<void> {
  await runner.query(`drop table ${refusedTable}`);
}

/** Moves records out of the relay's way, in one statement: each is in one of the two tables, whatever happens. */
export async function parkRefused(client: Client, records: readonly RefusedRecord[]): Promise<void> {
  if (records.length === 0) return;
  await client.query(
    `with refused as (
       delete from ${outboxTable} o using unnest($1::bigint[], $2::text[]) as r (id, reason) where o.id = r.id
       returning o.id, o.topic, o.key, o.value, o.headers, o.created_at, r.reason)
     insert into ${refusedTable} (id, topic, key, value, headers, created_at, reason) select * from refused`,
    columns(
      records,
      ({ id }) => id,
      ({ reason }) => reason,
    ),
  );
}

/** For the metric `outbox_refused_records`: anything but 0 waits for a person. */
export async function countRefused(dataSource: DataSource): Promise<number> {
  const [row]: { count: number }[] = await dataSource.query(`select count(*)::int as count from ${refusedTable}`);
  return row?.count ?? 0;
}
