import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EmbeddedKafka, startKafka } from '@perezvon/local';
import { KafkaProducer } from '../producer/kafka-producer.js';
import { Cluster, type Item, itemContract, specLogger } from './support/cluster.js';
import { eventually } from './support/eventually.js';
import { startService } from './support/service.js';

const SLOW_MS = 120_000;

describe('a broker restart', () => {
  let broker: EmbeddedKafka;
  beforeAll(async () => {
    broker = await startKafka();
  }, SLOW_MS);
  afterAll(async () => {
    await broker.dispose();
  });

  it.each([
    ['stop', () => broker.stop()],
    ['kill -9', () => broker.kill()],
  ] as const)(
    'is survived by consumer and producer without loss: %s',
    async (_how, end) => {
      const cluster = new Cluster(broker.brokers);
      const topic = await cluster.createTopic(3);
      const handled = new Set<string>();
      const service = await startService(cluster, topic, (batch) => {
        for (const { value } of batch.messages) handled.add(value?.id ?? '');
        return Promise.resolve();
      });
      const producer = new KafkaProducer({
        connection: cluster.connection,
        logger: specLogger,
        deliveryTimeoutMs: 60_000,
      });
      const contract = itemContract(topic);
      let next = 0;
      let isSending = true;
      const acknowledged: string[] = [];
      const sendOn = async (): Promise<void> => {
        while (isSending) {
          const messages: Item[] = Array.from({ length: 20 }, () => ({ id: String(next++) }));
          await producer.send(contract, messages);
          acknowledged.push(...messages.map(({ id }) => id));
        }
      };
      const senders = [sendOn(), sendOn(), sendOn()];
      try {
        await eventually(() => expect(handled.size).toBeGreaterThan(1_000));
        await end();
        await broker.start();
        const acknowledgedBefore = acknowledged.length;
        const handledBefore = handled.size;
        await eventually(() => expect(acknowledged.length).toBeGreaterThan(acknowledgedBefore + 1_000), 60_000);
        await eventually(() => expect(handled.size).toBeGreaterThan(handledBefore + 1_000), 60_000);
        isSending = false;
        await Promise.all(senders);
        await eventually(() => expect(handled.size).toBe(next));
        expect(acknowledged).toHaveLength(next);
        expect(acknowledged.filter((id) => !handled.has(id))).toEqual([]);
        const ends = await cluster.ends(topic);
        await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual(ends));
      } finally {
        isSending = false;
        await producer.disconnect(5_000);
        await service.stop();
        await cluster.close();
      }
    },
    SLOW_MS,
  );
});
