import { CredentialsError, KeyRing } from '@perezvon/credentials';
import {
  commaList,
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

const keyRing = z
  .string()
  .meta({ example: 'k1:<32 bytes in base64>' })
  .transform((text, context) => {
    try {
      return KeyRing.parse(text);
    } catch (error) {
      if (!(error instanceof CredentialsError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

const origin = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'each must be an origin')
  .meta({ example: 'http://127.0.0.1:3020' });

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
      /** Keys that open vendors' API tokens on settings.v1; unset: no vendor is asked for lost calls. */
      pullKeys: variable('PBX_PULL_KEYS', keyRing.optional()),
      pullExtraOrigins: variable('PBX_EXTRA_ORIGINS', commaList(origin).default([])),
      logLevel,
      tracesEndpoint,
    },
    env,
  );
}
