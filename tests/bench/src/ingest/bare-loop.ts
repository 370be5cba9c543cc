import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { pbxCallEvents } from '@perezvon/contracts';
import { OUTPUT } from './broker.js';

/**
 * The baseline, as a process of its own: consume → parse → stringify → produce with all acknowledgements, offsets after
 * the produce. Durable, and nothing else.
 */
const kafka = new Kafka({
  clientId: 'bare',
  brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','),
  logLevel: logLevel.NOTHING,
});
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 5,
  createPartitioner: Partitioners.DefaultPartitioner,
});
const consumer = kafka.consumer({ groupId: 'bench-bare' });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: pbxCallEvents.topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 3,
  eachBatchAutoResolve: true,
  eachBatch: async ({ batch }) => {
    const messages = batch.messages.map(({ key, value }) => {
      const event: unknown = JSON.parse(value?.toString() ?? 'null');
      return { key, value: JSON.stringify(event) };
    });
    await producer.send({ topic: OUTPUT.bare, messages, acks: -1 });
  },
});
process.once('SIGTERM', () => void consumer.disconnect().finally(() => process.exit(0)));
