import { type NewIntegration } from './oauth/integration.js';

/** What the process takes from the environment. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly token: string;
  readonly portals: number;
  readonly seed: number;
  readonly listingLagMs: number;
  /** An integration that portals can connect over OAuth. */
  readonly integrations: readonly NewIntegration[];
}

export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment is not usable:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
}

/** Reads the environment once; every problem is listed at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const integer = (name: string, otherwise: number, min: number, max: number): number => {
    const text = env[name];
    if (text === undefined || text === '') return otherwise;
    const value = Number(text);
    if (!Number.isInteger(value) || value < min || value > max) problems.push(`${name}: an integer ${min} … ${max}`);
    return value;
  };
  const token = env['AMOCRM_EMULATOR_TOKEN'] ?? '';
  if (token === '') problems.push('AMOCRM_EMULATOR_TOKEN: the long-lived token that callers have to send');
  const integrations = readIntegration(env, problems);
  const config = {
    port: integer('AMOCRM_EMULATOR_PORT', 3010, 0, 65_535),
    host: env['AMOCRM_EMULATOR_HOST'] ?? '127.0.0.1',
    token,
    portals: integer('AMOCRM_EMULATOR_PORTALS', 1, 1, 1_000),
    seed: integer('AMOCRM_EMULATOR_SEED', 1, 0, 2 ** 31),
    listingLagMs: integer('AMOCRM_EMULATOR_LISTING_LAG_MS', 200, 0, 3_600_000),
    integrations,
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readIntegration(env: Readonly<Record<string, string | undefined>>, problems: string[]): NewIntegration[] {
  const [clientId = '', clientSecret = '', redirectUri = ''] = [
    env['AMOCRM_EMULATOR_CLIENT_ID'],
    env['AMOCRM_EMULATOR_CLIENT_SECRET'],
    env['AMOCRM_EMULATOR_REDIRECT_URI'],
  ];
  if (clientId === '') return [];
  if (clientSecret === '') problems.push('AMOCRM_EMULATOR_CLIENT_SECRET: the secret of AMOCRM_EMULATOR_CLIENT_ID');
  if (!URL.canParse(redirectUri)) problems.push('AMOCRM_EMULATOR_REDIRECT_URI: where codes are sent');
  return [{ clientId, clientSecret, redirectUri }];
}
