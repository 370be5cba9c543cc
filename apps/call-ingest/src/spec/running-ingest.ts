import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type CallEvent,
  calls,
  defaultIntegration,
  pbxCallEvents,
  type PbxSource,
  rejectedCallEvents,
  type RejectedCallEvent,
  settings,
  type Settings,
} from '@perezvon/contracts';
import { Consumes, groupLag, KafkaProducer, KafkaStrategy, type MessageBatch } from '@perezvon/kafka';
import { type EmbeddedKafka, startKafka } from '@perezvon/local';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { createLogger, type RunningService } from '@perezvon/service';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readCallIngestConfig } from '../config.js';
import { migrations } from '../migrations/index.js';
import { startCallIngest } from '../start.js';

/** The service on a broker of its own, which a spec may kill, with everything that it wrote read back. */
export interface RunningIngest {
  readonly kafka: EmbeddedKafka;
  readonly database: TestDatabase;
  readonly service: RunningService;
  readonly producer: KafkaProducer;
  /** What stands in `calls.v1` and in `pbx.call-events.rejected.v1`. */
  readonly events: readonly CallEvent[];
  readonly rejected: readonly RejectedCallEvent[];
  /** Every line that the service logged. */
  readonly logLines: readonly string[];
  /** How many deliveries wait in Postgres. */
  held(): Promise<number>;
  /** Resolves when everything that was sent has been taken, and read back. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** What the services' internal APIs ask for, here. */
export const INTERNAL_API_KEY = 'internal-canary-key';

/** An address that refuses connections. */
const NOBODY_LISTENS = 'http://127.0.0.1:1';

export async function startIngest(
  options: { decisionEngineUrl?: string; sourceRps?: number } = {},
): Promise<RunningIngest> {
  const kafka = await startKafka();
  const database = await createTestDatabase({ schema: 'call_ingest', migrations });
  const logLines: string[] = [];
  const logger = createLogger({
    service: 'call-ingest',
    level: 'debug',
    destination: { write: (line: string) => void logLines.push(line) },
  });
  const config = readCallIngestConfig({
    KAFKA_BROKERS: kafka.brokers,
    DATABASE_URL: database.url,
    CALL_INGEST_PORT: '0',
    KAFKA_TOPIC_PARTITIONS: '2',
    CALL_INGEST_SOURCE_RPS: String(options.sourceRps ?? 10),
    INTERNAL_API_KEY,
    DECISION_ENGINE_INTERNAL_URL: options.decisionEngineUrl ?? NOBODY_LISTENS,
  });
  const service = await startCallIngest(config, logger);
  const connection = { brokers: [kafka.brokers], clientId: 'spec' };
  const silent = createLogger({ service: 'spec', level: 'silent' });
  const producer = new KafkaProducer({ connection, logger: silent });

  const collector = new Collector();
  const strategy = new KafkaStrategy({
    connection,
    groupId: 'spec',
    logger: silent,
    // A broker that was killed keeps a group closed until its old members' sessions have ended.
    tuning: { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 6_000, heartbeatIntervalMs: 1_000 },
    onCannotConsume: (error) => {
      throw error;
    },
  });
  const app = await NestFactory.createMicroservice(
    { module: CollectorModule, providers: [{ provide: Collector, useValue: collector }] },
    { strategy, logger: false },
  );
  await app.listen();

  const held = async (): Promise<number> => {
    const [row]: { count: number }[] = await database.dataSource.query(
      'select count(*)::int as count from held_deliveries',
    );
    return row?.count ?? 0;
  };

  return {
    kafka,
    database,
    service,
    producer,
    events: collector.events,
    rejected: collector.rejected,
    logLines,
    held,
    settled: async () => {
      const isRead = async (group: string, topics: readonly string[]): Promise<true | undefined> => {
        const lags = await groupLag(connection, group, topics);
        return lags.every((lag) => lag.messages === 0) || undefined;
      };
      await until('all events are taken', () => isRead('call-ingest', [pbxCallEvents.topic]));
      await until('nothing is held', async () => (await held()) === 0 || undefined);
      await until('all results are read back', () => isRead('spec', [calls.topic, rejectedCallEvents.topic]));
    },
    stop: async () => {
      await service.stop();
      await app.close();
      await producer.disconnect(2_000);
      await database.drop();
      await kafka.dispose();
    },
  };
}

class Collector {
  readonly events: CallEvent[] = [];
  readonly rejected: RejectedCallEvent[] = [];
}

@Controller()
class CollectorController {
  constructor(private readonly collector: Collector) {}

  @Consumes(calls)
  async takeEvents(batch: MessageBatch<CallEvent>): Promise<void> {
    this.collector.events.push(...batch.messages.map((m) => m.value));
    await Promise.resolve();
  }

  @Consumes(rejectedCallEvents)
  async takeRejected(batch: MessageBatch<RejectedCallEvent>): Promise<void> {
    this.collector.rejected.push(...batch.messages.map((m) => m.value));
    await Promise.resolve();
  }
}

@Module({ controllers: [CollectorController] })
class CollectorModule {}

/** Publishes settings of an account with the given sources. */
export async function publishAccount(
  producer: KafkaProducer,
  accountId: string,
  sources: readonly PbxSource[] = [],
): Promise<void> {
  const document: Settings = {
    accountId,
    version: 1,
    updatedAt: new Date().toISOString(),
    name: accountId,
    integration: defaultIntegration(),
    portals: [],
    employees: [],
    mapping: [],
    sources: [...sources],
  };
  await producer.send(settings, [document]);
}

export function pbxSource(sourceId: string, kind: PbxSource['kind'], secret: string): PbxSource {
  return {
    sourceId,
    kind,
    instance: null,
    timeZone: 'Europe/Moscow',
    settleDelaySec: 20,
    ringLimitSec: 60,
    routeFallback: 'branch',
    secretHash: createHash('sha256').update(secret).digest('hex'),
  };
}

/** Waits for a state, not for a time. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const giveUpAt = Date.now() + 90_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > giveUpAt) throw new Error(`never came: ${what}`);
    await sleep(50);
  }
}
