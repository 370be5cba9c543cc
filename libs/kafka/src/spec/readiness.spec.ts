import { afterAll, describe, expect, it } from '@jest/globals';
import { type CannotConsumeError } from '../errors.js';
import { Cluster } from './support/cluster.js';
import { eventually, gate } from './support/eventually.js';
import { items } from './support/seen.js';
import { onOwnBroker } from './support/own-broker.js';
import { startService } from './support/service.js';

const SLOW_MS = 90_000;

describe('a consumer that cannot consume', () => {
  const cluster = Cluster.fromEnvironment();
  afterAll(() => cluster.close());

  it(
    'is unready with the reason, and says so for good after its deadline: no broker',
    async () => {
      const reported: CannotConsumeError[] = [];
      const nowhere = new Cluster('127.0.0.1:1');
      const service = await startService(nowhere, 'any', () => Promise.resolve(), {
        tuning: { cannotConsumeAfterMs: 6_000 },
        onCannotConsume: (error) => reported.push(error),
      });
      expect(service.strategy.readiness()).toEqual({ ready: false, reason: 'not joined yet' });
      await eventually(() => {
        expect(service.strategy.readiness()).toEqual({ ready: false, reason: expect.stringContaining('ECONNREFUSED') });
      });
      await eventually(() => expect(reported).toHaveLength(1));
      expect(reported[0]?.code).toBe('cannot_consume');
      expect(reported[0]?.message).toContain('ECONNREFUSED');
      await service.strategy.stop(500);
    },
    SLOW_MS,
  );

  it(
    'is unready while its topic is missing, and joins when it is there',
    async () => {
      const topic = `spec-late-${String(process.pid)}-${String(performance.now())}`;
      const service = await startService(cluster, topic, () => Promise.resolve());
      await eventually(() => {
        const readiness = service.strategy.readiness();
        expect(readiness).toEqual({ ready: false, reason: expect.stringContaining('topic') });
      });
      await cluster.createTopic(1, { topic });
      await cluster.produce(topic, 0, items(0, 1));
      await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual([1]));
      expect(service.strategy.readiness()).toEqual({ ready: true });
      await service.stop();
    },
    SLOW_MS,
  );

  it(
    'is unready when the broker has been silent for the session timeout, and ready again when it is back',
    () =>
      onOwnBroker(async (broker, own, topic) => {
        const reported: CannotConsumeError[] = [];
        const service = await startService(own, topic, () => Promise.resolve(), {
          tuning: { cannotConsumeAfterMs: 2_000 },
          onCannotConsume: (error) => reported.push(error),
        });
        await eventually(() => expect(service.strategy.readiness()).toEqual({ ready: true }));
        await broker.kill();
        await eventually(() => expect(service.strategy.readiness().ready).toBe(false));
        await eventually(() => expect(reported).toHaveLength(1));
        await broker.start();
        await eventually(() => expect(service.strategy.readiness()).toEqual({ ready: true }));
        await service.stop();
      }),
    SLOW_MS,
  );

  it(
    'is unready when a handler goes on after its abort, and names the partition',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, items(0, 1));
      const finish = gate();
      const reported: CannotConsumeError[] = [];
      const service = await startService(cluster, topic, () => finish.opened, {
        consume: { timeoutMs: 100 },
        tuning: { handlerGraceMs: 100, cannotConsumeAfterMs: 1_000 },
        onCannotConsume: (error) => reported.push(error),
      });
      await eventually(() => {
        expect(service.strategy.readiness()).toEqual({ ready: false, reason: `handlers hang: ${topic}/0` });
      });
      await eventually(() => expect(reported).toHaveLength(1));
      finish.open();
      await eventually(() => expect(service.strategy.readiness()).toEqual({ ready: true }));
      await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual([1]));
      await service.stop();
    },
    SLOW_MS,
  );
});
