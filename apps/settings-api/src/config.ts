import { parseExtraOrigins } from '@perezvon/amocrm';
import { KeyRing } from '@perezvon/credentials';
import {
  type ConfigOf,
  databaseConfig,
  kafkaConfig,
  logLevel,
  portConfig,
  readConfig,
  tracesEndpoint,
  variable,
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
