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
import {
  createLogger,
  databaseCheck,
  exitBecause,
  kafkaMetrics,
  Metrics,
  startService,
  startTracing,
  type RunningService,
} from '@perezvon/service';
import { AppModule } from './app.module.js';
import { Alarm } from './calls/alarm.js';
import { AdvanceCalls, type Point } from './calls/advance-calls.js';
import { AwaitingCalls } from './calls/awaiting-calls.js';
import type { Config } from './config.js';
import { migrations } from './database/migrations.js';
import { Retention } from './retention/retention.js';
import { answerUnreadableQuestions } from './routing/unreadable-questions.js';

const NAME = 'decision-engine';

/** A cycle of the relay costs a read, a send per topic and a delete, whatever its size: few large ones keep up. */
const RELAY_BATCH = 2_000;
/** A question takes two round trips: four connections answer some 2,000 a second. */
const ROUTING_POOL_SIZE = 4;
/** Shorter than the answer's budget: nobody waits for a statement that comes later. */
const ROUTING_STATEMENT_MS = 1_000;

/** For tests that kill the process at a named instant, and do not want to wait long until its group misses it. */
export interface Interference {
  readonly at?: (point: Point | 'relay:publishing' | 'relay:published') => void;
  readonly tuning?: ConsumerTuning;
}

/** Brings the service up: database, topics, outbox relay, consumers, alarm; stops them in the other order. */
export async function startDecisionEngine(config: Config, { at, tuning }: Interference = {}): Promise<RunningService> {
  const logger = createLogger({ service: NAME, level: config.logLevel });
  const stopTracing = await startTracing({ service: NAME, endpoint: config.tracesEndpoint, logger });
  const metrics = new Metrics(NAME);
  const kafka = kafkaMetrics(metrics);
  const connection = { ...config.kafka, clientId: NAME };

  const database = {
    ...config.database,
    schema: 'decision_engine',
    migrations,
    onPoolError: (error: Error) => logger.warn({ err: error }, 'an idle database connection died and is replaced'),
  };
  const dataSource = await openDatabase({ ...database, applicationName: NAME });
  const routingDataSource = await openDatabase({
    ...database,
    applicationName: `${NAME} routing`,
    poolSize: ROUTING_POOL_SIZE,
    statementTimeoutMs: ROUTING_STATEMENT_MS,
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
    groupId: NAME,
    logger,
    metrics: kafka.consumer,
    ...(tuning && { tuning }),
    onCannotConsume: exitBecause(logger, 'cannot consume from Kafka'),
  });
  relay.start();
  const service = await startService({
    name: NAME,
    module: AppModule.of({
      dataSource,
      routingDataSource,
      relay,
      logger,
      internalKey: config.internalKey,
      clientFreshForSec: config.CLIENT_FRESH_SEC,
      routesPerSecond: config.routesPerSecond,
      ...(at && { at }),
    }),
    port: config.port,
    logger,
    metrics,
    configure: answerUnreadableQuestions,
    consumers: { kafka: strategy },
    checks: { database: databaseCheck(dataSource), outbox: () => relay.readiness() },
    onStop: async () => {
      await Promise.all([alarm.stop(), retention.stop()]);
      await topics.stop();
      await relay.stop(5_000);
      await producer.disconnect(5_000);
      await routingDataSource.destroy();
      await dataSource.destroy();
      await stopTracing();
    },
  });
  const alarm = new Alarm(service.app.get(AwaitingCalls), service.app.get(AdvanceCalls), logger);
  const retention = new Retention(dataSource, logger);
  alarm.start();
  retention.start();
  return service;
}
