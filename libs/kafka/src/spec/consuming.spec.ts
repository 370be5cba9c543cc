import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { PoisonMessageError, RetryableError } from '../errors.js';
import { deadLetterHeader, deadLetterTopic } from '../dead-letter.js';
import { type MessageBatch } from '../message.js';
import { Cluster, type Item, specLogger } from './support/cluster.js';
import { eventually, gate } from './support/eventually.js';
import { Seen, ids, items } from './support/seen.js';
import { type SpecService, quickTuning, startRawService, startService } from './support/service.js';

const SLOW_MS = 60_000;

describe('consuming', () => {
  const cluster = Cluster.fromEnvironment();
  const services: SpecService[] = [];
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });

  afterAll(() => cluster.close());

  async function consume(...args: Parameters<typeof startService> extends [unknown, ...infer Rest] ? Rest : never) {
    const service = await startService(cluster, ...args);
    services.push(service);
    return service;
  }

  it(
    'hands batches over per partition in order, to a new group from the earliest message',
    async () => {
      const topic = await cluster.createTopic(3);
      for (const partition of [0, 1, 2]) await cluster.produce(topic, partition, items(0, 500));
      const seen = new Seen();
      const { groupId } = await consume(topic, (batch) => Promise.resolve(seen.add(batch)));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([500, 500, 500]));
      for (const partition of [0, 1, 2]) await cluster.produce(topic, partition, items(500, 700));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([700, 700, 700]));
      for (const partition of [0, 1, 2]) expect(seen.of(partition)).toEqual(ids(0, 700));
    },
    SLOW_MS,
  );

  it(
    'moves an offset only after the handler has resolved',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, items(0, 3));
      const entered = gate();
      const finish = gate();
      const { groupId } = await consume(topic, async () => {
        entered.open();
        await finish.opened;
      });
      await entered.opened;
      expect(await cluster.committed(groupId, topic)).toEqual([-1]);
      finish.open();
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([3]));
    },
    SLOW_MS,
  );

  it(
    'takes together what comes while it rests from a batch',
    async () => {
      const [topic, other] = [await cluster.createTopic(1), await cluster.createTopic(1)];
      const batches: string[][] = [];
      const tuning = { holdMs: 10_000, gatherMs: 10_000 };
      const handler = async ({ messages }: MessageBatch<Item | null>): Promise<void> => {
        batches.push(messages.map(({ value }) => value?.id ?? ''));
        // The rest is longer than the work, here twenty sends: time for three.
        if (batches.length === 1) for (let n = 0; n < 20; n += 1) await cluster.produce(other, 0, items(n, n + 1));
      };
      const { groupId } = await consume(topic, handler, { tuning });
      await cluster.produce(topic, 0, items(0, 1));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([1]));
      for (const id of [1, 2, 3]) await cluster.produce(topic, 0, items(id, id + 1));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([4]));
      expect(batches).toEqual([['0'], ['1', '2', '3']]);
    },
    SLOW_MS,
  );

  it(
    'pauses the one partition whose handler fails retryably, and goes on with it from the first unhandled message',
    async () => {
      const topic = await cluster.createTopic(2);
      const seen = new Seen();
      let isBroken = true;
      let attempts = 0;
      const { groupId } = await consume(topic, (batch) => {
        if (batch.partition === 0 && isBroken) {
          attempts++;
          if (attempts > 1) expect(batch.messages[0]?.value?.id).toBe('2');
          const through = batch.messages.find(({ value }) => value?.id === '1');
          throw new RetryableError('the database is away', {
            ...(through === undefined ? {} : { handledThroughOffset: through.offset }),
          });
        }
        seen.add(batch);
        return Promise.resolve();
      });
      await cluster.produce(topic, 0, items(0, 5));
      await eventually(() => expect(attempts).toBeGreaterThan(3));
      await cluster.produce(topic, 1, items(0, 100));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([2, 100]));
      const [member] = await cluster.members(groupId);
      const attemptsBefore = attempts;
      // Longer than the session lives without heartbeats.
      await eventually(() => expect(attempts).toBeGreaterThan(attemptsBefore + 70), 2 * quickTuning.sessionTimeoutMs);
      expect(await cluster.members(groupId)).toEqual([member]);
      isBroken = false;
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([5, 100]));
      expect(seen.of(0)).toEqual(['2', '3', '4']);
      expect(seen.of(1)).toEqual(ids(0, 100));
    },
    SLOW_MS,
  );

  it(
    'parks a poison message with its bytes and the reason, and the partition goes on',
    async () => {
      const topic = await cluster.createTopic(1);
      const values = [...items(0, 2), 'call +7 916 123-45-67', '{"id":5}', ...items(2, 4)];
      await cluster.produce(topic, 0, values);
      const seen = new Seen();
      const { groupId } = await consume(topic, (batch) => {
        const odd = batch.messages.find(({ value }) => value?.id === '3');
        if (odd !== undefined) throw new PoisonMessageError(odd, 'odd_item', 'not for +7 (916) 123-45-67');
        seen.add(batch);
        return Promise.resolve();
      });
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([6]));
      expect(seen.of(0)).toEqual(ids(0, 3));
      const letters = await cluster.readAll(deadLetterTopic(groupId));
      const facts = letters.map(({ value, headers }) => [
        value?.toString(),
        headers?.[deadLetterHeader.offset]?.toString(),
        headers?.[deadLetterHeader.code]?.toString(),
        headers?.[deadLetterHeader.reason]?.toString(),
      ]);
      expect(facts).toEqual([
        [values[2], '2', 'invalid_json', 'the value is not JSON'],
        [values[3], '3', 'invalid_message', 'id: must be a string'],
        [values[5], '5', 'odd_item', 'not for •••'],
      ]);
      expect(letters.map(({ key }) => key?.toString())).toEqual([values[2], values[3], values[5]]);
    },
    SLOW_MS,
  );

  it(
    'skips nothing while parking itself fails',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, [...items(0, 1), 'not json', ...items(1, 2)]);
      const seen = new Seen();
      const parked: string[] = [];
      let failures = 0;
      let isBroken = true;
      const { groupId } = await consume(topic, (batch) => Promise.resolve(seen.add(batch)), {
        deadLetters: {
          park: (letters) => {
            if (isBroken) {
              failures++;
              return Promise.reject(new TypeError('the dead letters are away'));
            }
            parked.push(...letters.map(({ offset }) => offset));
            return Promise.resolve();
          },
        },
      });
      await eventually(() => expect(failures).toBeGreaterThan(3));
      expect(await cluster.committed(groupId, topic)).toEqual([-1]);
      expect(seen.of(0)).toEqual([]);
      isBroken = false;
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([3]));
      expect(parked).toEqual(['1']);
      expect(seen.of(0)).toEqual(['0', '1']);
    },
    SLOW_MS,
  );

  it.each([TypeError, RangeError, ReferenceError])(
    'goes on after a %p in a handler',
    async (Defect) => {
      const topic = await cluster.createTopic(1);
      const seen = new Seen();
      let failures = 0;
      const { groupId } = await consume(topic, (batch) => {
        if (failures++ < 3) throw new Defect('a defect');
        seen.add(batch);
        return Promise.resolve();
      });
      await cluster.produce(topic, 0, items(0, 3));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([3]));
      await cluster.produce(topic, 0, items(3, 5));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([5]));
      expect(seen.of(0)).toEqual(ids(0, 5));
    },
    SLOW_MS,
  );

  it(
    'starts again and skips nothing when a policy itself fails',
    async () => {
      const topic = await cluster.createTopic(1);
      const seen = new Seen();
      let isFirst = true;
      let logFailures = 0;
      const warn = (_fields: object, message: string): void => {
        if (!message.startsWith('a batch failed')) return;
        logFailures++;
        throw new TypeError('the log is full');
      };
      const { groupId } = await consume(
        topic,
        (batch) => {
          if (isFirst) {
            isFirst = false;
            throw new Error('once');
          }
          seen.add(batch);
          return Promise.resolve();
        },
        { logger: { ...specLogger, warn } },
      );
      await cluster.produce(topic, 0, items(0, 3));
      await eventually(() => expect(logFailures).toBe(1));
      await cluster.produce(topic, 0, items(3, 5));
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([5]));
      expect(seen.of(0)).toEqual(ids(0, 5));
    },
    SLOW_MS,
  );

  it(
    'aborts a handler that exceeds its time and hands the batch over again',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, items(0, 2));
      const seen = new Seen();
      let attempts = 0;
      const { groupId } = await consume(
        topic,
        async (batch) => {
          attempts++;
          if (attempts === 1) {
            await new Promise((_, reject) => {
              batch.signal.addEventListener('abort', () => reject(new Error('rolled back')), { once: true });
            });
          }
          seen.add(batch);
        },
        { consume: { timeoutMs: 200 } },
      );
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([2]));
      expect(seen.of(0)).toEqual(['0', '1']);
      expect(attempts).toBe(2);
    },
    SLOW_MS,
  );

  it(
    'hands tombstones over as null where the handler asks for them',
    async () => {
      const topic = await cluster.createTopic(1, { compacted: true });
      const seen = new Seen();
      const producerValues = items(0, 1);
      await cluster.produce(topic, 0, producerValues);
      const { groupId } = await consume(topic, (batch) => Promise.resolve(seen.add(batch)), {
        consume: { tombstones: true },
      });
      await cluster.tombstone(topic, 'k');
      await eventually(async () => expect(await cluster.committed(groupId, topic)).toEqual([2]));
      expect(seen.of(0)).toEqual(['0', 'null']);
    },
    SLOW_MS,
  );

  it(
    'gives bytes, key and headers as they are to a handler of raw records',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, ['no json']);
      const received: unknown[] = [];
      const service = await startRawService(cluster, topic, (batch) => {
        for (const { value, key, headers, offset, raw } of batch.messages) {
          received.push([value.toString(), key, headers, offset, raw?.toString()]);
        }
        return Promise.resolve();
      });
      services.push(service);
      await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual([1]));
      expect(received).toEqual([['no json', 'no json', {}, '0', 'no json']]);
    },
    SLOW_MS,
  );
});
