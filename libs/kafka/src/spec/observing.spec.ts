import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { KafkaProducer } from '../producer/kafka-producer.js';
import { traceContextOf } from '../policies/trace.js';
import { Cluster, itemContract, specLogger } from './support/cluster.js';
import { eventually } from './support/eventually.js';
import { Seen, items } from './support/seen.js';
import { type SpecService, startService } from './support/service.js';

const SLOW_MS = 60_000;

describe('observing', () => {
  const cluster = Cluster.fromEnvironment();
  const services: SpecService[] = [];
  beforeAll(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(new BasicTracerProvider());
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  });
  afterAll(() => cluster.close());

  it(
    'carries a trace from the sender through the topic into the handler',
    async () => {
      const topic = await cluster.createTopic(1);
      const inHandler: (string | undefined)[] = [];
      const ofMessage: (string | undefined)[] = [];
      const service = await startService(cluster, topic, ({ messages }) => {
        inHandler.push(trace.getActiveSpan()?.spanContext().traceId);
        for (const message of messages) ofMessage.push(trace.getSpanContext(traceContextOf(message))?.traceId);
        return Promise.resolve();
      });
      services.push(service);
      const producer = new KafkaProducer({ connection: cluster.connection, logger: specLogger });
      const span = trace.getTracer('spec').startSpan('sender', {}, ROOT_CONTEXT);
      await context.with(trace.setSpan(ROOT_CONTEXT, span), () => producer.send(itemContract(topic), [{ id: '1' }]));
      await producer.disconnect(5_000);
      await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual([1]));
      expect(inHandler).toEqual([span.spanContext().traceId]);
      expect(ofMessage).toEqual([span.spanContext().traceId]);
    },
    SLOW_MS,
  );

  it(
    'reports lag, batches, retries and parked messages, and survives a hook that throws',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, [...items(0, 2), 'not json']);
      const events: unknown[] = [];
      let failures = 0;
      const service = await startService(
        cluster,
        topic,
        () => {
          if (failures++ === 0) throw new TypeError('a defect');
          return Promise.resolve();
        },
        {
          metrics: {
            lag: (_topic, partition, messages) => events.push(['lag', partition, messages]),
            handled: (_topic, messages) => events.push(['handled', messages]),
            retried: (_topic, code) => events.push(['retried', code]),
            parked: (_topic, code) => events.push(['parked', code]),
            rebalanced: () => {
              throw new Error('a broken hook');
            },
          },
        },
      );
      services.push(service);
      await eventually(() => expect(events.at(-1)).toEqual(['lag', 0, 0]));
      expect(events).toEqual([
        ['lag', 0, 3],
        ['parked', 'invalid_json'],
        ['retried', 'TypeError'],
        ['handled', 3],
        ['lag', 0, 0],
      ]);
    },
    SLOW_MS,
  );

  it(
    'asks the dedupe hook before the handler',
    async () => {
      const topic = await cluster.createTopic(1);
      await cluster.produce(topic, 0, items(0, 4));
      const seen = new Seen();
      const service = await startService(cluster, topic, (batch) => Promise.resolve(seen.add(batch)), {
        dedupe: ({ messages }) => {
          return Promise.resolve(new Set(messages.map(({ offset }) => offset).filter((o) => Number(o) % 2 === 0)));
        },
      });
      services.push(service);
      await eventually(async () => expect(await cluster.committed(service.groupId, topic)).toEqual([4]));
      expect(seen.of(0)).toEqual(['1', '3']);
    },
    SLOW_MS,
  );
});
