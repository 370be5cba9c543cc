import { parseExtraOrigins } from '@perezvon/amocrm';
import { KeyRing } from '@perezvon/credentials';
import {
  amocrmIntegration,
  commaList,
  type ConfigOf,
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

/** A text that a parser of ours takes; its error becomes the problem. Such errors name places, never values. */
const parsedBy = <Value>(parse: (text: string) => Value) =>
  z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'cannot be read' });
      return z.NEVER;
    }
  });

const publicOrigin = z
  .url({ protocol: /^https?$/, error: 'must be a URL' })
  .transform((url) => url.replace(/\/+$/, ''))
  .meta({ example: 'https://calls.example.org' });

const shape = {
  kafka: kafkaConfig,
  database: databaseConfig('settings-api'),
  port: portConfig('SETTINGS_API_PORT', 3000),
  logLevel,
  tracesEndpoint,
  credentialsKeys: variable(
    'CREDENTIALS_KEYS',
    parsedBy((text) => KeyRing.parse(text)).meta({ example: 'k1:<output of: openssl rand -base64 32>' }),
  ),
  amocrmExtraOrigins: variable(
    'AMOCRM_EXTRA_ORIGINS',
    parsedBy((text) => parseExtraOrigins(text))
      .default([])
      .meta({ example: 'http://127.0.0.1:3010' }),
  ),
  /** Where people reach the page; https decides how its cookie is kept. */
  publicUrl: variable('PUBLIC_URL', publicOrigin.default('http://127.0.0.1:3000')),
  /** Where PBXs reach call-ingest and decision-engine, if not at the page's address. */
  publicIngestUrl: variable('PUBLIC_INGEST_URL', publicOrigin.optional()),
  publicRouteUrl: variable('PUBLIC_ROUTE_URL', publicOrigin.optional()),
  /** Proxies that say by `X-Forwarded-For` whom they speak for; none: whoever connects is the client. */
  trustedProxies: variable(
    'TRUSTED_PROXIES',
    commaList(z.string().regex(/^[0-9a-f.:]+(\/\d{1,3})?$/i, 'each proxy must be an address or a network'))
      .default([])
      .meta({ example: '10.0.0.0/8' }),
  ),
  journalRetentionDays: variable('JOURNAL_RETENTION_DAYS', wholeNumber(1, 3_650).default(400)),
  internalKey,
  writerUrl: variable(
    'AMOCRM_WRITER_INTERNAL_URL',
    z.url('must be a URL').meta({ example: 'http://amocrm-writer:3003' }),
  ),
  ingestUrl: variable('CALL_INGEST_INTERNAL_URL', z.url('must be a URL').meta({ example: 'http://call-ingest:3001' })),
  engineUrl: variable(
    'DECISION_ENGINE_INTERNAL_URL',
    z.url('must be a URL').meta({ example: 'http://decision-engine:3002' }),
  ),
  amocrm: amocrmIntegration,
  amocrmOauthUrl: variable('AMOCRM_OAUTH_URL', z.url('must be a URL').default('https://www.amocrm.ru/oauth')),
  /** What the API tokens of PBX vendors are sealed with on their way to call-ingest; unset: no vendor is asked. */
  pullKeys: variable('PBX_PULL_KEYS', parsedBy((text) => KeyRing.parse(text)).optional()),
  pbxExtraOrigins: variable('PBX_EXTRA_ORIGINS', commaList(z.url('each must be a URL')).default([])),
  bootstrapApiKey: variable(
    'BOOTSTRAP_API_KEY',
    z
      .string()
      .min(20, 'must have at least 20 characters')
      .optional()
      .meta({ example: '<output of: openssl rand -hex 32>' }),
  ),
};

export type SettingsApiConfig = ConfigOf<typeof shape>;

export function readSettingsApiConfig(env: NodeJS.ProcessEnv = process.env): SettingsApiConfig {
  return readConfig(shape, env);
}
