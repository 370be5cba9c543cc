import { Secret, TokenEndpoint, type Integration, type RequestObserver } from '@perezvon/amocrm';
import { clients, commands, portals, results, settings, topicSettings } from '@perezvon/contracts';
import { CredentialStore, migrateCredentials, TokenKeeper } from '@perezvon/credentials';
import {
  type KafkaConnection,
  KafkaProducer,
  KafkaStrategy,
  OwnTopics,
  recordRefusalOf,
  sendByTopic,
} from '@perezvon/kafka';
import { countRefused, openDatabase, OutboxRelay, sqlStateOf, type OutboxRecord } from '@perezvon/postgres';
import {
  createLogger,
  databaseCheck,
  exitBecause,
  kafkaMetrics,
  type Logger,
  Metrics,
  type RunningService,
  startService,
  startTracing,
} from '@perezvon/service';
import { AppModule } from './app.module.js';
import type { WriterConfig } from './config.js';
import type { Point } from './lanes/turn-tools.js';
import type { ProbePauses } from './portals/portal-stop.js';
import { noteMoved } from './portals/portal-store.js';
import { PortalTokens } from './portals/portal-tokens.js';
import { Writer } from './writer.js';
import { writerDatabase } from './writer-database.js';
import { writerMetrics } from './writer-metrics.js';

const serviceName = 'amocrm-writer';
const stopStepMs = 4_000;
/** The net under the wake-ups. */
const pollMs = 500;
/** In which the token endpoint has connected and answered, or is given up (libs/amocrm, TokenEndpoint). */
const tokenDeadlineMs = 20_000;
/** A publish that takes longer is given up and comes again: receivers drop what is older than they hold. */
const publishTimeoutMs = 10_000;

/**
 * Connects the parts and brings the service up.
 * @param at named instants of a write, for tests that kill the process there
 */
export async function startAmocrmWriter(
  config: WriterConfig,
  logger: Logger = createLogger({ service: serviceName, level: config.logLevel }),
  at?: (point: Point) => void,
): Promise<RunningService> {
  const connection: KafkaConnection = { ...config.kafka, clientId: serviceName };
  const metrics = new Metrics(serviceName);
  const stopTracing = await startTracing({ service: serviceName, endpoint: config.tracesEndpoint, logger });
  await ensureCredentialsSchema(config.database.url, logger);
  const dataSource = await openDatabase({
    ...config.database,
    ...writerDatabase,
    applicationName: serviceName,
    onPoolError: (error) => logger.warn({ err: error }, 'an idle database connection died'),
  });
  const messages = [commands, results, clients, portals, settings];
  const topics = new OwnTopics(
    connection,
    messages.map((m) => topicSettings(m, config.topicPartitions)),
    logger,
  );
  await topics.start();
  const kafka = kafkaMetrics(metrics);
  const producer = new KafkaProducer({ connection, logger, metrics: kafka.producer });
  const publish = (records: readonly OutboxRecord[]) => sendByTopic(producer, records, { timeoutMs: publishTimeoutMs });
  const relay = new OutboxRelay({ dataSource, logger, publish, refusalOf: recordRefusalOf });
  metrics.gauge(
    { name: 'outbox_refused_records', help: 'Messages that the broker will never take: parked in outbox_refused' },
    () => countRefused(dataSource),
  );
  const { onRequest, onWritten } = writerMetrics(metrics, dataSource);
  const claimMs = tokenDeadlineMs + config.visibilityDelaySec * 1000;
  const keeper = new TokenKeeper(dataSource, config.credentialsKeys, { claimMs });
  const writer = new Writer({
    dataSource,
    databaseUrl: config.database.url,
    credentials: new CredentialStore(dataSource, config.credentialsKeys),
    tokens: new PortalTokens(keeper, tokenEndpoint(config, onRequest), logger, noteMoved(dataSource)),
    settings: {
      visibilityDelayMs: config.visibilityDelaySec * 1000,
      leaseMs: config.leaseSec * 1000,
      maxLanes: config.maxLanes,
      probes: probesOf(config),
      unknownPortalMs: config.unknownPortalSec * 1000,
      mirrorMonths: config.mirrorMonths,
      mirrorPaceMs: config.mirrorPaceMs,
      publicWebhookUrl: config.publicWebhookUrl ?? null,
      extraOrigins: config.extraOrigins ?? [],
      pollMs,
    },
    integration: ownIntegration(config),
    log: logger,
    onRequest,
    onWritten,
    onNews: () => relay.wake(),
    ...(at ? { at } : {}),
  });
  const strategy = new KafkaStrategy({
    connection,
    groupId: serviceName,
    logger,
    metrics: kafka.consumer,
    onCannotConsume: exitBecause(logger, 'cannot consume'),
  });
  const service = await startService({
    name: serviceName,
    module: AppModule.of({ writer, dataSource, internalKey: config.internalKey }),
    port: config.port,
    logger,
    metrics,
    consumers: { kafka: strategy },
    checks: {
      database: databaseCheck(dataSource),
      relay: () => relay.readiness(),
      lanes: () => writer.readiness(),
    },
    onStop: async () => {
      await Promise.all([writer.stop(stopStepMs), topics.stop()]);
      await relay.stop(stopStepMs);
      await producer.disconnect(stopStepMs);
      await dataSource.destroy();
      await stopTracing();
    },
  });
  relay.start();
  writer.start();
  return service;
}

/** Undefined without an integration of ours: portals then work with long-lived tokens only. */
function tokenEndpoint(config: WriterConfig, onRequest: RequestObserver): TokenEndpoint | undefined {
  const integration = ownIntegration(config);
  if (integration === undefined) return undefined;
  return new TokenEndpoint({
    integration,
    extraOrigins: config.extraOrigins ?? [],
    onRequest,
  });
}

function probesOf({ probeAfterSec }: WriterConfig): ProbePauses | undefined {
  if (probeAfterSec === undefined) return undefined;
  return { blockedMs: probeAfterSec * 1000, otherMs: probeAfterSec * 1000 };
}

function ownIntegration({ amocrmIntegration }: WriterConfig): Integration | undefined {
  if (amocrmIntegration === undefined) return undefined;
  const { clientId, clientSecret, redirectUri } = amocrmIntegration;
  return { clientId, clientSecret: new Secret(clientSecret), redirectUri };
}

/** Where this role owns nothing, whoever owns the schema keeps it up to date; a role may then only read. */
async function ensureCredentialsSchema(url: string, logger: Logger): Promise<void> {
  try {
    await migrateCredentials(url);
  } catch (error) {
    const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
    if (sqlStateOf(cause) !== insufficientPrivilege) throw error;
    logger.info({}, "the credentials' schema is kept by another role");
  }
}

const insufficientPrivilege = '42501';
