import { type EntityManager, type QueryRunner } from 'typeorm';
import { binaryArray } from './binary-array.js';

/** One message that is owed to a topic. */
export interface OutboxRecord {
  readonly topic: string;
  readonly key: string;
  /** Text. `null` is a tombstone: on a compacted topic it deletes the key. */
  readonly value: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A record with its row's id: decimal, as the driver gives a bigint. */
export interface AppendedRecord extends OutboxRecord {
  readonly id: string;
}

/** The table's name inside the service's schema. */
export const outboxTable = 'outbox';

/** To be called from a migration of the service that owns the outbox. */
export async function createOutboxTable(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table ${outboxTable} (
      id bigint generated always as identity primary key,
      topic text not null,
      key text not null,
      value bytea,
      headers jsonb not null,
      created_at timestamptz not null default now()
    )`);
}

/** The reverse of {@link createOutboxTable}; what was not relayed yet is lost with it. */
export async function dropOutboxTable(runner: QueryRunner): Promise<void> {
  await runner.query(`drop table ${outboxTable}`);
}

/**
 * Messages that become visible with a transaction, and only then: what is appended in `tx` is published after it
 * commits, at least once, or never if it rolls back.
 *
 * Records of one key leave in the order of appending if their transactions exclude each other, as they do when each
 * first locks the row that the key stands for. Ids are given at the append, so two transactions that do not exclude
 * each other may commit in the other order.
 */
export class Outbox {
  /**
   * One statement, whatever the number of records. Call {@link OutboxRelay.wake} once `tx` has committed.
   *
   * @returns the records with their ids, for a wake that spares the relay reading them back
   */
  async append(tx: EntityManager, records: readonly OutboxRecord[]): Promise<readonly AppendedRecord[]> {
    if (records.length === 0) return [];
    const texts = (of: (record: OutboxRecord) => string | null) => binaryArray('text', records.map(of));
    const rows: { id: string }[] = await tx.query(APPEND, [
      texts((record) => record.topic),
      texts((record) => record.key),
      texts((record) => (record.headers ? JSON.stringify(record.headers) : null)),
      texts((record) => record.value),
    ]);
    return records.map((record, i) => {
      const id = rows[i]?.id;
      if (id === undefined) throw new Error('Postgres stored fewer records than were appended');
      return { ...record, id };
    });
  }
}

/** Ids are given in the order of the places, so sorted by id they are the records' own order. */
const APPEND = `
  with appended as (
    insert into ${outboxTable} (topic, key, value, headers)
    select topic, key, convert_to(value, 'UTF8'), coalesce(headers, '{}')::jsonb
      from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality
        as record (topic, key, headers, value, place)
     order by place
    returning id
  )
  select id from appended order by id`;
