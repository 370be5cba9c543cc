import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type MessageBatch } from '../message.js';
import { Cluster, type Item } from './support/cluster.js';
import { eventually, gate } from './support/eventually.js';
import { Seen, ids, items } from './support/seen.js';
import { type SpecService, quickTuning, startService } from './support/service.js';

const SLOW_MS = 60_000;

describe('membership of a group', () => {
  const cluster = Cluster.fromEnvironment();
  const services: SpecService[] = [];
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });
  afterAll(() => cluster.close());

  it(
    'lets a handler outlast the session timeout without losing the partition, while others are served',
    async () => {
      const topic = await cluster.createTopic(2);
      const entered = gate();
      const finish = gate();
      const seen = new Seen();
      let wasAborted = false;
      let rebalances = 0;
      const service = await startService(
        cluster,
        topic,
        async (batch) => {
          seen.add(batch);
          if (batch.partition !== 0) return;
          entered.open();
          await finish.opened;
          wasAborted = batch.signal.aborted;
        },
        { metrics: { rebalanced: () => rebalances++ } },
      );
      services.push(service);
      await cluster.produce(topic, 0, items(0, 1));
      await entered.opened;
      const members = await cluster.members(service.groupId);
      // Without heartbeats the broker would drop the member before the other partition has seen this many messages.
      const endMs = performance.now() + 1.5 * quickTuning.sessionTimeoutMs;
      let sent = 0;
      while (performance.now() < endMs) {
        await cluster.produce(topic, 1, items(sent, ++sent));
        await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual([-1, sent]));
      }
      expect(await cluster.members(service.groupId)).toEqual(members);
      finish.open();
      await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual([1, sent]));
      expect(wasAborted).toBe(false);
      expect(rebalances).toBe(1);
      expect(seen.of(0)).toEqual(['0']);
      expect(seen.of(1)).toEqual(ids(0, sent));
    },
    SLOW_MS,
  );

  it(
    'aborts handlers on a rebalance, commits nothing of a partition that was taken away, and redoes what it kept',
    async () => {
      const topic = await cluster.createTopic(2);
      await cluster.produce(topic, 0, items(0, 3));
      await cluster.produce(topic, 1, items(0, 3));
      const releaseFirst = gate();
      const firstRuns: MessageBatch<Item | null>[] = [];
      const firstSeen = new Seen();
      const first = await startService(cluster, topic, async (batch) => {
        if (firstRuns.length < 2) {
          firstRuns.push(batch);
          // Deaf to its signal: it believes that it has done its work.
          await releaseFirst.opened;
          return;
        }
        firstSeen.add(batch);
      });
      services.push(first);
      await eventually(() => expect(firstRuns).toHaveLength(2));
      expect(firstRuns.map(({ signal }) => signal.aborted)).toEqual([false, false]);

      const releaseSecond = gate();
      const secondSeen = new Seen();
      const taken: number[] = [];
      const second = await startService(
        cluster,
        topic,
        async (batch) => {
          secondSeen.add(batch);
          taken.push(batch.partition);
          await releaseSecond.opened;
        },
        { groupId: first.groupId },
      );
      services.push(second);
      await eventually(() => expect(taken).toHaveLength(1));
      expect(firstRuns.map(({ signal }) => signal.aborted)).toEqual([true, true]);
      expect(firstSeen.all()).toEqual([]);

      releaseFirst.open();
      const lost = taken[0] ?? -1;
      const kept = 1 - lost;
      // The kept partition is redone and committed: by then a commit of the lost one would have been, too.
      await eventually(async () => expect((await cluster.committed(first.groupId, topic))[kept]).toBe(3));
      expect(firstSeen.of(kept)).toEqual(['0', '1', '2']);
      expect(firstSeen.of(lost)).toEqual([]);
      expect((await cluster.committed(first.groupId, topic))[lost]).toBe(-1);

      releaseSecond.open();
      await eventually(async () => expect(await cluster.committed(first.groupId, topic)).toEqual([3, 3]));
      expect(secondSeen.of(lost)).toEqual(['0', '1', '2']);
    },
    SLOW_MS,
  );

  it(
    'hands every message to somebody while members come and go',
    async () => {
      const topic = await cluster.createTopic(6);
      const handled = new Set<string>();
      const handler = async (batch: MessageBatch<Item | null>): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (batch.signal.aborted) throw new Error('rolled back');
        for (const { value, partition } of batch.messages) handled.add(`${String(partition)}/${value?.id ?? ''}`);
      };
      const first = await startService(cluster, topic, handler);
      services.push(first);
      const { groupId } = first;
      for (let round = 0; round < 3; round++) {
        for (const partition of [0, 1, 2, 3, 4, 5]) {
          await cluster.produce(topic, partition, items(round * 200, (round + 1) * 200));
        }
        const other = await startService(cluster, topic, handler, { groupId });
        await eventually(() => expect(other.strategy.readiness()).toEqual({ ready: true }));
        await other.stop();
      }
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual(Array(6).fill(600)));
      expect(handled.size).toBe(3_600);
    },
    SLOW_MS,
  );
});
