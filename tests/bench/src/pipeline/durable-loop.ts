import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import { LOOP_OUTPUT } from './loop-output.js';

/**
 * The baseline, as a process of its own and written by hand: consume → parse → one transaction with one UNNEST upsert of
 * each call's newest state and one insert of what is owed → produce with all acknowledgements → forget what was owed.
 * The same durability as the pipeline's, and no rules.
 */
interface Event {
  readonly call_id: string;
}

const byCall = ([a]: readonly [string, string], [b]: readonly [string, string]) => (a < b ? -1 : 1);

const input = process.env['LOOP_INPUT'] ?? '';
const kafka = new Kafka({
  clientId: 'durable',
  brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','),
  logLevel: logLevel.NOTHING,
});
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 6 });
await pool.query('create table call_state (call_id text primary key, state jsonb not null)');
await pool.query('create table owed (id bigint generated always as identity primary key, value bytea not null)');
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 5,
  createPartitioner: Partitioners.DefaultPartitioner,
});
const consumer = kafka.consumer({ groupId: 'bench-durable' });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: input, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 3,
  eachBatchAutoResolve: true,
  eachBatch: async ({ batch }) => {
    const values = batch.messages.map(({ value }) => JSON.stringify(JSON.parse(value?.toString() ?? 'null')));
    const newest = new Map(values.map((value) => [(JSON.parse(value) as Event).call_id, value]));
    const ids = await commit([...newest].sort(byCall), values);
    await producer.send({ topic: LOOP_OUTPUT, messages: values.map((value) => ({ value })), acks: -1 });
    await pool.query('delete from owed where id = any($1::bigint[])', [ids]);
  },
});

async function commit(states: readonly (readonly [string, string])[], values: readonly string[]): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      `insert into call_state (call_id, state) select * from unnest($1::text[], $2::jsonb[])
       on conflict (call_id) do update set state = excluded.state`,
      [states.map(([callId]) => callId), states.map(([, state]) => state)],
    );
    const { rows } = await client.query<{ id: string }>(
      'insert into owed (value) select * from unnest($1::bytea[]) returning id',
      [values.map((value) => Buffer.from(value))],
    );
    await client.query('commit');
    return rows.map((row) => row.id);
  } finally {
    client.release();
  }
}

process.once('SIGTERM', () => void consumer.disconnect().finally(() => process.exit(0)));
