import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type ProduceError } from '../errors.js';
import { KafkaProducer, type KafkaProducerOptions } from '../producer/kafka-producer.js';
import { recordRefusalOf } from '../record-refusal.js';
import { Cluster, type Item, itemContract, specLogger } from './support/cluster.js';
import { eventually } from './support/eventually.js';
import { onOwnBroker } from './support/own-broker.js';
import { ids } from './support/seen.js';

const SLOW_MS = 90_000;

describe('producing', () => {
  const cluster = Cluster.fromEnvironment();
  const producers: KafkaProducer[] = [];
  afterEach(async () => {
    await Promise.all(producers.splice(0).map((producer) => producer.disconnect(5_000)));
  });
  afterAll(() => cluster.close());

  function produce(options: Partial<KafkaProducerOptions> = {}): KafkaProducer {
    const producer = new KafkaProducer({ connection: cluster.connection, logger: specLogger, ...options });
    producers.push(producer);
    return producer;
  }

  it(
    'cuts one send of 5 000 messages by bytes and keeps their order',
    async () => {
      const topic = await cluster.createTopic(1);
      const requests: number[] = [];
      const producer = produce({ metrics: { sent: (_topic, _messages, bytes) => requests.push(bytes) } });
      const messages = ids(0, 5_000).map((id): Item => ({ id, text: 'x'.repeat(1_000) }));
      await producer.send(itemContract(topic), messages);
      expect(await cluster.ends(topic)).toEqual([5_000]);
      expect(requests.length).toBeGreaterThan(5);
      expect(Math.max(...requests)).toBeLessThan(1_048_576);
      const keys = (await cluster.readAll(topic)).map(({ key }) => key?.toString());
      expect(keys).toEqual(ids(0, 5_000));
    },
    SLOW_MS,
  );

  it(
    'cuts one send of 20 MB by bytes',
    async () => {
      const topic = await cluster.createTopic(2);
      const value = Buffer.alloc(200_000, 'x');
      await produce().sendRaw(
        topic,
        ids(0, 100).map((key) => ({ key, value })),
      );
      expect((await cluster.ends(topic)).reduce((sum, end) => sum + end)).toBe(100);
    },
    SLOW_MS,
  );

  it(
    'halves a batch that is too large for its topic and refuses only the record that is',
    async () => {
      const topic = await cluster.createTopic(1, { maxMessageBytes: 10_000 });
      const producer = produce();
      const small = (key: string) => ({ key, value: Buffer.alloc(3_000) });
      await producer.sendRaw(topic, ids(0, 8).map(small));
      const refused = producer.sendRaw(topic, [{ key: 'large', value: Buffer.alloc(20_000) }]);
      const accepted = Promise.all(ids(8, 12).map((key) => producer.sendRaw(topic, [small(key)])));
      await expect(refused).rejects.toMatchObject({ code: 'produce_refused', retryable: false });
      expect(await refused.catch(recordRefusalOf)).toBe('too_large');
      await accepted;
      const keys = new Set((await cluster.readAll(topic)).map(({ key }) => key?.toString()));
      expect(keys).toEqual(new Set(ids(0, 12)));
    },
    SLOW_MS,
  );

  it(
    'joins concurrent sends and writes each once, in the order of the calls',
    async () => {
      const topic = await cluster.createTopic(1);
      const requests: number[] = [];
      const producer = produce({ metrics: { sent: (_topic, messages) => requests.push(messages) } });
      const contract = itemContract(topic);
      await Promise.all(ids(0, 500).map((id) => producer.send(contract, [{ id }])));
      expect((await cluster.readAll(topic)).map(({ key }) => key?.toString())).toEqual(ids(0, 500));
      expect(requests.length).toBeLessThan(50);
      expect(requests[0]).toBe(1);
    },
    SLOW_MS,
  );

  it(
    'writes headers, tombstones and records without a key',
    async () => {
      const topic = await cluster.createTopic(3);
      const producer = produce();
      await producer.sendRaw(topic, [{ key: 'k', value: null, headers: { a: 'own', c: Buffer.from('bytes') } }], {
        headers: { a: 'all', b: 'all' },
      });
      await producer.sendRaw(
        topic,
        ids(0, 30).map((value) => ({ key: null, value })),
      );
      const records = await cluster.readAll(topic);
      const tombstone = records.find(({ key }) => key?.toString() === 'k');
      expect(tombstone?.value).toBeNull();
      const headers = Object.entries(tombstone?.headers ?? {}).map(([name, value]) => [name, value?.toString()]);
      expect(Object.fromEntries(headers)).toEqual({ a: 'own', b: 'all', c: 'bytes' });
      const values = records.filter(({ key }) => key === null).map(({ value }) => Number(value?.toString()));
      expect(values.sort((a, b) => a - b)).toEqual(ids(0, 30).map(Number));
      expect((await cluster.ends(topic)).every((end) => end > 0)).toBe(true);
    },
    SLOW_MS,
  );

  it(
    'gives up a send after its time, says whether it may have been written, and goes on when the broker is back',
    () =>
      onOwnBroker(async (broker, own, topic) => {
        const producer = produce({ connection: own.connection });
        const contract = itemContract(topic);
        await producer.send(contract, [{ id: 'before' }]);
        await broker.kill();
        const first = producer.send(contract, [{ id: 'first' }], { timeoutMs: 300 });
        const second = producer.send(contract, [{ id: 'second' }], { timeoutMs: 300 });
        const patient = producer.send(contract, [{ id: 'patient' }], { timeoutMs: 60_000 });
        await expect(first).rejects.toMatchObject({ code: 'produce_timeout', retryable: true, inDoubt: true });
        await expect(second).rejects.toMatchObject({ code: 'produce_timeout', retryable: true, inDoubt: false });
        await broker.start();
        await patient;
        const view = new Cluster(broker.brokers);
        const keys = (await view.readAll(topic)).map(({ key }) => key?.toString());
        await view.close();
        expect(keys).toContain('before');
        expect(keys).toContain('patient');
        expect(keys).not.toContain('second');
      }),
    SLOW_MS,
  );

  it(
    'finishes what is under way when it disconnects, and refuses what comes later',
    async () => {
      const topic = await cluster.createTopic(1);
      const producer = produce();
      const contract = itemContract(topic);
      const sends = ids(0, 100).map((id) => producer.send(contract, [{ id }]));
      await producer.disconnect(10_000);
      await Promise.all(sends);
      expect(await cluster.ends(topic)).toEqual([100]);
      await expect(producer.send(contract, [{ id: 'late' }])).rejects.toMatchObject({ code: 'producer_closed' });
    },
    SLOW_MS,
  );

  it(
    'disconnects within its deadline when the broker is not there, and rejects what is left',
    async () => {
      const producer = produce({ connection: { brokers: ['127.0.0.1:1'], clientId: 'spec' } });
      const failures: string[] = [];
      const send = producer.sendRaw('any', [{ key: 'k', value: 'v' }]).catch((error: ProduceError) => {
        failures.push(error.code);
      });
      const startedMs = performance.now();
      await producer.disconnect(500);
      expect(performance.now() - startedMs).toBeLessThan(1_000);
      await send;
      await eventually(() => expect(failures).toEqual(['producer_closed']));
    },
    SLOW_MS,
  );
});
