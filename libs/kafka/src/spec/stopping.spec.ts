import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type EmbeddedKafka, startKafka } from '@perezvon/local';
import { RetryableError } from '../errors.js';
import { Cluster, specLogger } from './support/cluster.js';
import { eventually, gate } from './support/eventually.js';
import { Seen, items } from './support/seen.js';
import { startService } from './support/service.js';

const SLOW_MS = 90_000;

describe('stopping a consumer', () => {
  const cluster = Cluster.fromEnvironment();
  const brokers: EmbeddedKafka[] = [];
  afterEach(async () => {
    await Promise.all(brokers.splice(0).map((broker) => broker.dispose()));
  });
  afterAll(() => cluster.close());

  it(
    'lets a handler finish, commits what it did, and leaves the group',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, items(0, 4));
      const entered = gate();
      const finish = gate();
      const seen = new Seen();
      const service = await startService(cluster, topic, async (batch) => {
        entered.open();
        await finish.opened;
        seen.add(batch);
      });
      await entered.opened;
      const stopped = service.strategy.stop(10_000);
      expect(service.strategy.readiness()).toEqual({ ready: false, reason: 'stopping' });
      finish.open();
      await stopped;
      expect(seen.all()).toEqual(['0', '1', '2', '3']);
      expect(await cluster.committed(service.groupId, topic)).toEqual([4]);
      expect(await cluster.members(service.groupId)).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'aborts a handler that does not finish and commits as far as it says it came',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, items(0, 4));
      const entered = gate();
      const service = await startService(cluster, topic, async ({ messages, signal }) => {
        entered.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        throw new RetryableError('stopped on the way', { handledThroughOffset: messages[1]?.offset ?? '' });
      });
      await entered.opened;
      await service.strategy.stop(2_000);
      expect(await cluster.committed(service.groupId, topic)).toEqual([2]);
      expect(await cluster.members(service.groupId)).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'does not wait for the back-off of a failing batch',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, items(0, 1));
      const failed = gate();
      const service = await startService(
        cluster,
        topic,
        () => Promise.reject(new RetryableError('not today', { retryAfterMs: 3_600_000 })),
        // The report comes right before the wait: one turn of the event loop later it has begun.
        { metrics: { retried: () => setImmediate(() => failed.open()) } },
      );
      await failed.opened;
      await service.strategy.stop(3_600_000);
      expect(await cluster.members(service.groupId)).toEqual([]);
      expect(await cluster.committed(service.groupId, topic)).toEqual([-1]);
    },
    SLOW_MS,
  );

  it(
    'finishes within its deadline although the broker is gone and a handler ignores its signal',
    async () => {
      const broker = await startKafka();
      brokers.push(broker);
      const own = new Cluster(broker.brokers);
      const topic = await own.createTopic(2);
      await own.produce(topic, 0, items(0, 1));
      await own.produce(topic, 1, items(0, 1));
      await own.close();
      const never = gate();
      const entered = new Set<number>();
      const clientSaid: string[] = [];
      const service = await startService(
        own,
        topic,
        async ({ partition }) => {
          entered.add(partition);
          if (partition === 0) await never.opened;
        },
        { logger: { ...specLogger, debug: (_fields, message) => clientSaid.push(message) } },
      );
      await eventually(() => expect(entered.size).toBe(2));
      await broker.kill();
      const deadlineMs = 2_000;
      const startedMs = performance.now();
      await service.strategy.stop(deadlineMs);
      expect(performance.now() - startedMs).toBeLessThan(deadlineMs + 500);
      never.open();
      // What was left behind ends by itself: its connections are cut.
      await eventually(() => expect(clientSaid).toContain('Stopped'));
    },
    SLOW_MS,
  );

  it(
    'finishes within its deadline when the broker was never there',
    async () => {
      const nowhere = new Cluster('127.0.0.1:1');
      const service = await startService(nowhere, 'any', () => Promise.resolve());
      const startedMs = performance.now();
      await service.strategy.stop(1_000);
      expect(performance.now() - startedMs).toBeLessThan(1_500);
    },
    SLOW_MS,
  );
});
