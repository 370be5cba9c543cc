import {
  databaseConfig,
  internalKey,
  kafkaConfig,
  logLevel,
  portConfig,
  readConfig,
  tracesEndpoint,
  variable,
  wholeNumber,
} from '@perezvon/service';
import { z } from 'zod';

export type CallIngestConfig = ReturnType<typeof readCallIngestConfig>;

/** The whole environment of the service. @throws ConfigError naming every problem */
export function readCallIngestConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  return readConfig(
    {
      kafka: kafkaConfig,
      database: databaseConfig('call-ingest'),
      port: portConfig('CALL_INGEST_PORT', 3001),
      /** For topics that do not exist yet; an existing topic keeps its own. */
      topicPartitions: variable('KAFKA_TOPIC_PARTITIONS', wholeNumber(1, 1000).default(6)),
      /** Requests per second and PBX source, on average. */
      sourceRequestsPerSecond: variable('CALL_INGEST_SOURCE_RPS', wholeNumber(1, 100_000).default(100)),
      internalKey,
      /** Who answers which employee a call should go to. */
      decisionEngineUrl: variable(
        'DECISION_ENGINE_INTERNAL_URL',
        z.url('must be a URL').meta({ example: 'http://decision-engine:3002' }),
      ),
      logLevel,
      tracesEndpoint,
    },
    env,
  );
}
