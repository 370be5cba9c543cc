import { migrateCredentials } from '@perezvon/credentials';
import { calls, callStates, decisions, portals, results, routes, settings, topicSettings } from '@perezvon/contracts';
import { KafkaProducer, KafkaStrategy, OwnTopics, recordRefusalOf, sendByTopic } from '@perezvon/kafka';
import { countRefused, openDatabase, OutboxRelay } from '@perezvon/postgres';
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
import { SwaggerModule } from '@nestjs/swagger';
import { roomForActor } from './access/current-actor.js';
import { AppModule, controllers } from './app.module.js';
import { type SettingsApiConfig } from './config.js';
import { securityHeaders } from './http/security-headers.js';
import { StorableText } from './http/storable-text.js';
import { requestValidation } from './http/validation.js';
import { JournalCleaner } from './journal/journal-cleaner.js';
import { migrations } from './migrations/index.js';
import { openApiDocument } from './openapi/document.js';
import { servePage } from './page/serve-page.js';
import { TokenEraser } from './portals/token-eraser.js';

const name = 'settings-api';

/** Room for 10 000 filtered numbers per direction, or 10 000 employees, as people paste them. */
const bodyLimitBytes = 4 * 1024 * 1024;
/** Shorter than the relay's successor needs to take over, so that two versions of an account cannot pass each other. */
const publishTimeoutMs = 5_000;

/** Everything of the service, from its configuration to its open door. */
export async function startSettingsApi(
  config: SettingsApiConfig,
  logger: Logger = createLogger({ service: name, level: config.logLevel }),
): Promise<RunningService> {
  const metrics = new Metrics(name);
  const stopTracing = await startTracing({ service: name, endpoint: config.tracesEndpoint, logger });
  const dataSource = await openDatabase({
    ...config.database,
    schema: 'settings',
    migrations,
    applicationName: name,
    onPoolError: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
  });
  await migrateCredentials(config.database.url);
  const connection = { ...config.kafka, clientId: name };
  const topics = new OwnTopics(
    connection,
    [settings, portals, calls, callStates, routes, decisions, results].map((message) => topicSettings(message)),
    logger,
  );
  await topics.start();
  const kafka = kafkaMetrics(metrics);
  const producer = new KafkaProducer({
    connection,
    logger,
    deliveryTimeoutMs: publishTimeoutMs,
    metrics: kafka.producer,
  });
  const relay = new OutboxRelay({
    dataSource,
    logger,
    publish: (records) => sendByTopic(producer, records),
    refusalOf: recordRefusalOf,
  });
  metrics.gauge(
    { name: 'outbox_refused_records', help: 'Messages that the broker will never take: parked in outbox_refused' },
    () => countRefused(dataSource),
  );
  const consumer = new KafkaStrategy({
    connection,
    groupId: name,
    logger,
    metrics: kafka.consumer,
    onCannotConsume: exitBecause(logger, 'cannot consume'),
  });
  const cleaner = new JournalCleaner(dataSource, config.journalRetentionDays, logger);
  const module = AppModule.with({ config, dataSource, relay, logger });
  relay.start();
  const service = await startService({
    name,
    module,
    port: config.port,
    logger,
    metrics,
    bodyLimitBytes,
    consumers: { kafka: consumer },
    checks: { database: databaseCheck(dataSource), outbox: () => relay.readiness() },
    configure: (app) => {
      app.set('trust proxy', config.trustedProxies);
      securityHeaders(app, config.publicUrl);
      servePage(app);
      app.use('/api/v1', roomForActor);
      SwaggerModule.setup('api/docs', app, openApiDocument(controllers), { jsonDocumentUrl: 'api/openapi.json' });
      app.useGlobalPipes(new StorableText(), requestValidation());
    },
    onStop: async () => {
      await Promise.all([relay.stop(publishTimeoutMs), topics.stop(), cleaner.stop()]);
      await producer.disconnect(publishTimeoutMs);
      await dataSource.destroy();
      await stopTracing();
    },
  });
  await service.app.get(TokenEraser).erase();
  cleaner.start();
  return service;
}
