import { type Metrics } from './metrics.js';

/** What `KafkaStrategy` and `KafkaProducer` of @perezvon/kafka report, structurally. */
export interface KafkaMetrics {
  readonly consumer: {
    lag(topic: string, partition: number, messages: number): void;
    handled(topic: string, messages: number, durationMs: number): void;
    retried(topic: string, code: string): void;
    parked(topic: string, code: string): void;
    rebalanced(): void;
  };
  readonly producer: {
    sent(topic: string, messages: number, bytes: number, durationMs: number): void;
    failed(topic: string, code: string): void;
  };
}

/** The same Kafka metrics for every service: how far behind, how much is handled, parked and repeated. */
export function kafkaMetrics(metrics: Metrics): KafkaMetrics {
  const lag = metrics.gauge({
    name: 'kafka_consumer_lag_messages',
    help: 'Messages in the partition behind what is handled',
    labels: ['topic', 'partition'],
  });
  const handled = metrics.counter({
    name: 'kafka_consumer_messages_total',
    help: 'Messages that were handled',
    labels: ['topic'],
  });
  const batches = metrics.histogram({
    name: 'kafka_consumer_batch_duration_seconds',
    help: 'Time until a batch was settled, retries included',
    labels: ['topic'],
  });
  const retried = metrics.counter({
    name: 'kafka_consumer_retries_total',
    help: 'Batches that failed and were handed over again',
    labels: ['topic', 'code'],
  });
  const parked = metrics.counter({
    name: 'kafka_consumer_parked_total',
    help: 'Messages that went to the dead letters',
    labels: ['topic', 'code'],
  });
  const rebalances = metrics.counter({ name: 'kafka_consumer_rebalances_total', help: 'Changes of the assignment' });
  const sent = metrics.counter({
    name: 'kafka_producer_messages_total',
    help: 'Acknowledged messages',
    labels: ['topic'],
  });
  const failed = metrics.counter({
    name: 'kafka_producer_failures_total',
    help: 'Requests that failed and were repeated or given up',
    labels: ['topic', 'code'],
  });
  return {
    consumer: {
      lag: (topic, partition, messages) => lag.set({ topic, partition: String(partition) }, messages),
      handled: (topic, messages, durationMs) => {
        handled.inc({ topic }, messages);
        batches.observe({ topic }, durationMs / 1000);
      },
      retried: (topic, code) => retried.inc({ topic, code }),
      parked: (topic, code) => parked.inc({ topic, code }),
      rebalanced: () => rebalances.inc(),
    },
    producer: {
      sent: (topic, messages) => sent.inc({ topic }, messages),
      failed: (topic, code) => failed.inc({ topic, code }),
    },
  };
}
