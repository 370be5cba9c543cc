import { calls, pbxCallEvents, rejectedCallEvents, settings, topicSettings } from '@perezvon/contracts';
import { type KafkaConnection, KafkaProducer, KafkaStrategy, OwnTopics } from '@perezvon/kafka';
import { openDatabase } from '@perezvon/postgres';
import {
  createLogger,
  databaseCheck,
  exitBecause,
  kafkaMetrics,
  type Logger,
  Metrics,
  type RunningService,
  SourceLimiter,
  startService,
  startTracing,
} from '@perezvon/service';
import { AccountDirectory } from './accounts/account-directory.js';
import { LastEvents } from './activity/last-events.js';
import { AppModule } from './app.module.js';
import { type CallIngestConfig } from './config.js';
import { HeldRelay } from './held/held-relay.js';
import { DurableStore } from './http/store-durably.js';
import { takeRawBodies } from './http/raw-bodies.js';
import { IngestMetrics } from './ingest-metrics.js';
import { MAX_EVENT_BYTES } from './intake/delivery.js';
import { IntakeProducer } from './kafka/intake-producer.js';
import { PullCursors } from './pull/pull-cursors.js';
import { PullReports } from './pull/pull-reports.js';
import { RejectedEvents } from './rejected/rejected-events.js';
import { ReplayRejected } from './rejected/replay-rejected.js';
import { RouteClient } from './routing/route-client.js';
import { migrations } from './migrations/index.js';

const SERVICE = 'call-ingest';
const STOP_STEP_MS = 4_000;
/** How long events may gather behind others that were just taken: docs/measurements/routing-profile.md. */
const GATHER_MS = 40;
/**
 * A PBX may spread the events of one call over all partitions. What is taken of each at once is then how far apart they
 * leave from here, and a call whose events are apart costs the engine a step for each of them: with the usual 1 MiB three
 * steps per call of five events, with this (and batches to match there) little more than one. Less of it made the requests
 * to the broker too many (docs/measurements/pipeline-profile.md).
 */
const MAX_BYTES_PER_PARTITION = 256 * 1024;
/** One works while the other waits for Kafka; more only compete (docs/measurements/routing-profile.md). */
const BATCHES_AT_ONCE = 2;

/** Connects the parts and brings the service up. Stops them in the order in which they depend on each other. */
export async function startCallIngest(
  config: CallIngestConfig,
  logger: Logger = createLogger({ service: SERVICE, level: config.logLevel }),
): Promise<RunningService> {
  const connection: KafkaConnection = { ...config.kafka, clientId: SERVICE };
  const metrics = new Metrics(SERVICE);
  const stopTracing = await startTracing({ service: SERVICE, endpoint: config.tracesEndpoint, logger });
  const dataSource = await openDatabase({
    ...config.database,
    schema: 'call_ingest',
    applicationName: SERVICE,
    migrations,
    onPoolError: (error) => logger.warn({ err: error }, 'an idle database connection died'),
  });
  const kafka = kafkaMetrics(metrics);
  const kafkaProducer = new KafkaProducer({ connection, logger, metrics: kafka.producer });
  const producer = new IntakeProducer(kafkaProducer);
  const directory = new AccountDirectory(dataSource);
  await directory.refresh();
  const relay = new HeldRelay(dataSource, directory, producer, logger);
  const lastEvents = new LastEvents(dataSource, logger);
  const rejectedEvents = new RejectedEvents(dataSource);
  const access = { keys: config.pullKeys, extraOrigins: config.pullExtraOrigins };
  const ingestMetrics = new IngestMetrics(metrics, dataSource, lastEvents);
  const cursors = new PullCursors(dataSource);
  const pullReports = new PullReports(directory, cursors, producer, access, ingestMetrics, logger);
  const strategy = new KafkaStrategy({
    connection,
    groupId: SERVICE,
    logger,
    metrics: kafka.consumer,
    tuning: { gatherMs: GATHER_MS, maxBytesPerPartition: MAX_BYTES_PER_PARTITION, batchesAtOnce: BATCHES_AT_ONCE },
    onCannotConsume: exitBecause(logger, 'cannot consume'),
  });

  const messages = [pbxCallEvents, rejectedCallEvents, calls, settings];
  const topics = new OwnTopics(
    connection,
    messages.map((m) => topicSettings(m, config.topicPartitions)),
    logger,
  );
  await topics.start();
  const service = await startService({
    name: SERVICE,
    module: AppModule.of({
      dataSource,
      directory,
      producer,
      durable: new DurableStore(producer, dataSource, logger),
      limiter: new SourceLimiter(config.sourceRequestsPerSecond),
      metrics: ingestMetrics,
      routes: new RouteClient(config.decisionEngineUrl, config.internalKey, logger),
      lastEvents,
      rejectedEvents,
      replayRejected: new ReplayRejected(rejectedEvents, directory, producer),
      internalKey: config.internalKey,
    }),
    port: config.port,
    logger,
    metrics,
    rawBody: true,
    bodyLimitBytes: MAX_EVENT_BYTES,
    configure: (app) => takeRawBodies(app, MAX_EVENT_BYTES),
    consumers: { kafka: strategy },
    checks: { database: databaseCheck(dataSource), relay: relay.readiness },
    onStop: async () => {
      await Promise.all([relay.stop(), lastEvents.stop(), pullReports.stop(), topics.stop()]);
      await kafkaProducer.disconnect(STOP_STEP_MS);
      await dataSource.destroy();
      await stopTracing();
    },
  });
  relay.start();
  lastEvents.start();
  pullReports.start();
  return service;
}
