import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureTopics, KafkaProducer, recordRefusalOf, sendByTopic } from '@perezvon/kafka';
import {
  countRefused,
  createTestDatabase,
  inTransaction,
  Outbox,
  OutboxRelay,
  type TestDatabase,
} from '@perezvon/postgres';
import { createLogger } from '@perezvon/service';
import { migrations } from '../migrations/index.js';
import { writerSchema } from '../migrations/schema.js';

const brokers = (process.env['TEST_KAFKA_BROKERS'] ?? '').split(',');
const connection = { brokers, clientId: 'refused-outbox-spec' };
const logger = createLogger({ service: 'refused-outbox-spec', level: 'silent' });
const topic = `refused-outbox-${randomUUID()}`;
let database: TestDatabase;
let producer: KafkaProducer;
let relay: OutboxRelay;

beforeAll(async () => {
  database = await createTestDatabase({ schema: writerSchema, migrations });
  await ensureTopics(connection, [{ topic, partitions: 1, maxMessageBytes: 10_000 }]);
  producer = new KafkaProducer({ connection, logger });
  relay = new OutboxRelay({
    dataSource: database.dataSource,
    logger,
    publish: (records) => sendByTopic(producer, records),
    refusalOf: recordRefusalOf,
    pollMs: 50,
  });
}, 60_000);
afterAll(async () => {
  await relay.stop(5_000);
  await producer.disconnect(5_000);
  await database.drop();
});

describe('a message that the broker refuses for good', () => {
  it('no longer holds up all that come after it', async () => {
    const { dataSource } = database;
    const record = (key: string, bytes: number) => ({ topic, key, value: 'x'.repeat(bytes) });
    await inTransaction(dataSource, (tx) =>
      new Outbox().append(tx, [record('before', 100), record('too large', 20_000), record('after', 100)]),
    );
    relay.start();
    for (let left = 3; left > 0;) {
      const [row]: { n: number }[] = await dataSource.query('select count(*)::int as n from outbox');
      left = row?.n ?? 0;
      await sleep(20);
    }
    expect(await countRefused(dataSource)).toBe(1);
    expect(await dataSource.query('select key, reason, length(value) from outbox_refused')).toEqual([
      { key: 'too large', reason: 'too_large', length: 20_000 },
    ]);
    expect(relay.readiness()).toEqual({ ready: true });
  }, 60_000);
});
