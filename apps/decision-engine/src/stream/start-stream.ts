import { NestFactory } from '@nestjs/core';
import {
  calls,
  callStates,
  clients,
  commands,
  decisions,
  portals,
  results,
  routes,
  settings,
  topicSettings,
} from '@perezvon/contracts';
import {
  type ConsumerTuning,
  KafkaProducer,
  KafkaStrategy,
  OwnTopics,
  recordRefusalOf,
  sendByTopic,
} from '@perezvon/kafka';
import { countRefused, openDatabase, OutboxRelay } from '@perezvon/postgres';
import { createLogger, exitBecause, kafkaMetrics, Metrics, NestLogger, startTracing } from '@perezvon/service';
import { Alarm } from '../calls/alarm.js';
import { AdvanceCalls, type Point } from '../calls/advance-calls.js';
import { CallsToWake } from '../calls/calls-to-wake.js';
import { WakeCalls } from '../calls/wake-calls.js';
import { WaitingMetrics } from '../calls/waiting-metrics.js';
import type { Config } from '../config.js';
import { migrations } from '../database/migrations.js';
import { SERVICE } from '../service-name.js';
import { Retention } from '../retention/retention.js';
import type { RunningStream } from './run-thread.js';
import { StreamModule } from './stream.module.js';

/** A cycle of the relay costs a read, a send per topic and a delete, whatever its size: few large ones keep up. */
const RELAY_BATCH = 2_000;

/**
 * How long events and messages may gather before the next transaction or publish, while others are under way just before
 * them: docs/measurements/routing-profile.md. Each hop adds at most this to a call's second event, nothing to its first.
 */
const GATHER_MS = 40;

/**
 * Under a backlog: the more of a partition is taken at once, the more calls have all their events in one batch, and are
 * locked, decided and written once. Twice this gave no more (docs/measurements/pipeline-profile.md).
 */
const MAX_BYTES_PER_PARTITION = 2 * 1024 * 1024;

/** For tests that kill the process at a named instant, and do not want to wait long until its group misses it. */
export interface Interference {
  readonly at?: (point: Point | 'relay:publishing' | 'relay:published') => void;
  readonly tuning?: ConsumerTuning;
}

/** Brings the stream up: database, topics, outbox relay, consumers, alarm, retention; stops them in the other order. */
export async function startStream(config: Config, { at, tuning }: Interference = {}): Promise<RunningStream> {
  const logger = createLogger({ service: SERVICE, level: config.logLevel });
  const stopTracing = await startTracing({ service: SERVICE, endpoint: config.tracesEndpoint, logger });
  const metrics = new Metrics(SERVICE, 'stream');
  const kafka = kafkaMetrics(metrics);
  const connection = { ...config.kafka, clientId: SERVICE };

  const dataSource = await openDatabase({
    ...config.database,
    schema: 'decision_engine',
    migrations,
    applicationName: SERVICE,
    onPoolError: (error) => logger.warn({ err: error }, 'an idle database connection died and is replaced'),
  });
  const messages = [calls, callStates, clients, commands, decisions, portals, results, routes, settings];
  const topics = new OwnTopics(
    connection,
    messages.map((message) => topicSettings(message)),
    logger,
  );
  await topics.start();

  const producer = new KafkaProducer({ connection, logger, metrics: kafka.producer });
  const relay = new OutboxRelay({
    dataSource,
    logger,
    batchSize: RELAY_BATCH,
    gatherMs: GATHER_MS,
    refusalOf: recordRefusalOf,
    publish: async (records) => {
      at?.('relay:publishing');
      await sendByTopic(producer, records);
      at?.('relay:published');
    },
  });
  metrics.gauge(
    { name: 'outbox_refused_records', help: 'Messages that the broker will never take: parked in outbox_refused' },
    () => countRefused(dataSource),
  );
  const strategy = new KafkaStrategy({
    connection,
    groupId: SERVICE,
    logger,
    metrics: kafka.consumer,
    tuning: {
      gatherMs: GATHER_MS,
      maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
      ...tuning,
    },
    onCannotConsume: exitBecause(logger, 'cannot consume from Kafka'),
  });
  relay.start();
  const { CLIENT_FRESH_SEC: clientFreshForSec } = config;
  const app = await NestFactory.createMicroservice(
    StreamModule.of({ dataSource, relay, logger, clientFreshForSec, ...(at && { at }) }),
    { strategy, logger: new NestLogger(logger), abortOnError: false },
  );
  await app.listen();
  const waiting = new WaitingMetrics(metrics, dataSource);
  const alarm = new Alarm(app.get(CallsToWake), app.get(AdvanceCalls), app.get(WakeCalls), logger);
  const retention = new Retention(dataSource, logger);
  alarm.start();
  retention.start();
  return {
    readiness: () => ({ kafka: strategy.readiness(), outbox: relay.readiness() }),
    metrics: async () => {
      await waiting.refresh();
      return metrics.snapshot();
    },
    wakeRelay: () => {
      relay.wake();
    },
    stop: async () => {
      await app.close();
      await Promise.all([alarm.stop(), retention.stop()]);
      await topics.stop();
      await relay.stop(5_000);
      await producer.disconnect(5_000);
      await dataSource.destroy();
      await stopTracing();
    },
  };
}
