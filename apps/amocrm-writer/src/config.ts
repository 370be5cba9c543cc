import { parseExtraOrigins } from '@perezvon/amocrm';
import { KeyRing } from '@perezvon/credentials';
import {
  amocrmIntegration,
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

export type WriterConfig = ReturnType<typeof readWriterConfig>;

/** A parser that throws, as a schema that reports. The text may hold a key: it is not repeated. */
const parsedBy = <T>(parse: (text: string) => T) =>
  z.string().transform((text, context): T => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' });
      return z.NEVER;
    }
  });

/** The whole environment of the service. @throws ConfigError naming every problem */
export function readWriterConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  return readConfig(
    {
      kafka: kafkaConfig,
      database: databaseConfig('amocrm-writer'),
      port: portConfig('AMOCRM_WRITER_PORT', 3003),
      internalKey,
      credentialsKeys: variable(
        'CREDENTIALS_KEYS',
        parsedBy((text) => KeyRing.parse(text)).meta({ example: 'k1:<32 bytes in base64>' }),
      ),
      /** Canonical origins beside the vendor's domains, such as the emulator's. */
      extraOrigins: variable('AMOCRM_EXTRA_ORIGINS', parsedBy(parseExtraOrigins).optional()),
      amocrmIntegration,
      /** For topics that do not exist yet; an existing topic keeps its own. */
      topicPartitions: variable('KAFKA_TOPIC_PARTITIONS', wholeNumber(1, 1000).default(6)),
      /** D of rules R17: a request takes effect and can be listed within this time of leaving us. */
      visibilityDelaySec: variable('AMOCRM_VISIBILITY_DELAY_SEC', wholeNumber(1, 3600).default(60)),
      /** How long a dead writer keeps its lanes. */
      leaseSec: variable('AMOCRM_WRITER_LEASE_SEC', wholeNumber(2, 300).default(15)),
      /** amoCRM accounts that one process serves at the same time. */
      maxLanes: variable('AMOCRM_WRITER_MAX_LANES', wholeNumber(1, 10_000).default(100)),
      /** How long a command for an unknown portal waits before it is parked. */
      unknownPortalSec: variable('AMOCRM_UNKNOWN_PORTAL_SEC', wholeNumber(1, 86_400).default(300)),
      /**
       * How soon a stopped portal is asked whether it still is, for whoever tries it out against the emulator; unset: after
       * 15 minutes for a block, doubling to 4 hours, after an hour for everything else. A real amoCRM takes more for abuse.
       */
      probeAfterSec: variable('AMOCRM_PROBE_AFTER_SEC', wholeNumber(1, 3600).optional()),
      /** How far back deals are read into the copy of an account, in months; 0 = accounts are not read in the background. */
      mirrorMonths: variable('AMOCRM_MIRROR_MONTHS', wholeNumber(0, 240).default(24)),
      /** The background's pace: milliseconds between two pages; less than the second of design.md is for benches. */
      mirrorPaceMs: variable('AMOCRM_MIRROR_PACE_MS', wholeNumber(0, 60_000).default(1_000)),
      /** Where amoCRM reaches this service; unset: its hooks are not asked for. */
      publicWebhookUrl: variable(
        'PUBLIC_WEBHOOK_URL',
        z
          .url('must be a URL')
          .transform((url) => url.replace(/\/+$/, ''))
          .optional()
          .meta({ example: 'https://hooks.example.org' }),
      ),
      logLevel,
      tracesEndpoint,
    },
    env,
  );
}
