import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { groupLag } from '../group-lag.js';
import { OwnTopics } from '../own-topics.js';
import { KafkaProducer } from '../producer/kafka-producer.js';
import { ensureTopics } from '../topics.js';
import { Cluster, silentLogger } from './support/cluster.js';

describe('topics', () => {
  it('services that start beside each other did not start: "This server does not host this topic-partition"', async () => {
    const cluster = Cluster.fromEnvironment();
    for (let round = 0; round < 5; round += 1) {
      const topics = Array.from({ length: 8 }, () => ({ topic: `spec-${randomUUID()}`, partitions: 6 }));
      await Promise.all([1, 2, 3, 4].map(() => ensureTopics(cluster.connection, topics)));
      // Usable at once: every partition has its leader.
      const producer = new KafkaProducer({ connection: cluster.connection, logger: silentLogger });
      await Promise.all(topics.map(({ topic }) => producer.sendRaw(topic, [{ key: 'k', value: 'v' }])));
      await producer.disconnect(5_000);
      const lags = await groupLag(
        cluster.connection,
        `g-${randomUUID()}`,
        topics.map(({ topic }) => topic),
      );
      expect(lags.map((lag) => lag.messages)).toEqual(topics.map(() => 1));
    }
    await cluster.close();
  }, 60_000);

  it('a broker that is away does not keep a service from starting; stop() ends the trying', async () => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_fields: object, message: string) => void warnings.push(message) };
    const nobody = { brokers: ['127.0.0.1:1'], clientId: 'spec' };
    const own = new OwnTopics(nobody, [{ topic: 'spec-never', partitions: 1 }], logger);
    await own.start();
    await own.stop();
    expect(warnings.length).toBeGreaterThanOrEqual(3);
  }, 60_000);
});
