import { openDatabase } from '@perezvon/postgres';
import {
  createLogger,
  databaseCheck,
  exitBecause,
  Metrics,
  startService,
  startTracing,
  type RunningService,
} from '@perezvon/service';
import type { Config } from './config.js';
import { migrations } from './database/migrations.js';
import { DoorModule } from './door.module.js';
import { AnswerRoutes } from './routing/answer-routes.js';
import { answerUnreadableQuestions } from './routing/unreadable-questions.js';
import { SERVICE } from './service-name.js';
import { StreamThread } from './stream/stream-thread.js';

/** One writes answers down, the others read: a question is one round trip. */
const ROUTING_POOL_SIZE = 4;
/** Shorter than the answer's budget: nobody waits for a statement that comes later. */
const ROUTING_STATEMENT_MS = 1_000;

/** The stream's thread reads the same environment. */
const STREAM = new URL('./stream/main.js', import.meta.url);

/**
 * Brings the process up: its HTTP door in this thread, with its own connections, and the stream in another (see
 * {@link StreamThread}). If the stream is lost, so is the process: whoever keeps it running starts a fresh one.
 */
export async function startDecisionEngine(config: Config): Promise<RunningService> {
  const logger = createLogger({ service: SERVICE, level: config.logLevel });
  const stopTracing = await startTracing({ service: SERVICE, endpoint: config.tracesEndpoint, logger });
  const metrics = new Metrics(SERVICE);
  const stream = new StreamThread({
    script: STREAM,
    logger,
    onLost: exitBecause(logger, 'the stream is lost: exit'),
  });
  const dataSource = await openDatabase({
    ...config.database,
    schema: 'decision_engine',
    migrations,
    applicationName: `${SERVICE} routing`,
    readsByIndex: true,
    poolSize: ROUTING_POOL_SIZE,
    statementTimeoutMs: ROUTING_STATEMENT_MS,
    onPoolError: (error) => logger.warn({ err: error }, 'an idle database connection died and is replaced'),
  });
  metrics.join(() => stream.metrics());
  const service = await startService({
    rawBody: true,
    name: SERVICE,
    module: DoorModule.of({
      dataSource,
      relay: {
        wake: () => {
          stream.wakeRelay();
        },
      },
      logger,
      internalKey: config.internalKey,
      clientFreshForSec: config.CLIENT_FRESH_SEC,
      routesPerSecond: config.routesPerSecond,
    }),
    port: config.port,
    logger,
    metrics,
    configure: answerUnreadableQuestions,
    checks: {
      database: databaseCheck(dataSource),
      kafka: () => stream.readiness('kafka'),
      outbox: () => stream.readiness('outbox'),
    },
    onStop: async () => {
      await service.app.get(AnswerRoutes).settled();
      await stream.stop();
      await dataSource.destroy();
      await stopTracing();
    },
  });
  return service;
}
