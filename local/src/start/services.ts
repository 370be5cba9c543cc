import { join } from 'node:path';
import { repositoryRoot } from '../paths.js';
import { type ProgramOptions, answersOk } from '../supervisor/supervisor.js';
import { type DatabaseUrls } from './database.js';
import { type PortName, type Ports } from './ports.js';
import { type Secrets } from './secrets.js';

/** What every program of the stack is told about the others. */
export interface StackFacts {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly kafkaBrokers: string;
  /** One URL for all, where the database does not allow roles of their own. */
  readonly databaseUrl: string;
  readonly databaseUrls: DatabaseUrls | undefined;
}

/**
 * Small heaps: the young generation is what makes an idle Node process big (measured: 76 → 48 MB each); the old one has
 * room for a busy service.
 */
const NODE_FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=192', '--disable-warning=TimeoutNegativeWarning'];

export function localUrl(ports: Ports, name: PortName): string {
  return `http://127.0.0.1:${String(ports[name])}`;
}

export function amocrmEmulator(ports: Ports, secrets: Secrets): ProgramOptions {
  const { AMOCRM_CLIENT_ID, AMOCRM_CLIENT_SECRET, AMOCRM_REDIRECT_URI } = integration(ports, secrets);
  const env = {
    AMOCRM_EMULATOR_PORT: String(ports.amocrmEmulator),
    AMOCRM_EMULATOR_TOKEN: secrets.amocrmToken,
    AMOCRM_EMULATOR_CLIENT_ID: AMOCRM_CLIENT_ID,
    AMOCRM_EMULATOR_CLIENT_SECRET: AMOCRM_CLIENT_SECRET,
    AMOCRM_EMULATOR_REDIRECT_URI: AMOCRM_REDIRECT_URI,
  };
  return program('amocrm-emulator', env, `${localUrl(ports, 'amocrmEmulator')}/health/live`);
}

/** Our integration at the emulator: portals can be authorised by consent there, as at amoCRM. */
function integration(ports: Ports, secrets: Secrets) {
  return {
    AMOCRM_CLIENT_ID: 'perezvon-local',
    AMOCRM_CLIENT_SECRET: secrets.amocrmClientSecret,
    AMOCRM_REDIRECT_URI: `${publicUrl(ports)}/api/v1/oauth/amocrm/callback`,
    AMOCRM_OAUTH_URL: `${localUrl(ports, 'amocrmEmulator')}/oauth`,
  };
}

function publicUrl(ports: Ports): string {
  return process.env['PUBLIC_URL'] ?? localUrl(ports, 'settingsApi');
}

/** The four services. They wait for each other's topics and schemas by themselves, so they may start together. */
export function services(facts: StackFacts): ProgramOptions[] {
  const { ports, secrets } = facts;
  const shared = {
    KAFKA_BROKERS: facts.kafkaBrokers,
    INTERNAL_API_KEY: secrets.internalApiKey,
    AMOCRM_EXTRA_ORIGINS: localUrl(ports, 'amocrmEmulator'),
    PUBLIC_URL: publicUrl(ports),
    PUBLIC_INGEST_URL: process.env['PUBLIC_INGEST_URL'] ?? localUrl(ports, 'callIngest'),
    PUBLIC_ROUTE_URL: process.env['PUBLIC_ROUTE_URL'] ?? localUrl(ports, 'decisionEngine'),
    PUBLIC_WEBHOOK_URL: process.env['PUBLIC_WEBHOOK_URL'] ?? localUrl(ports, 'amocrmWriter'),
    SETTINGS_API_INTERNAL_URL: localUrl(ports, 'settingsApi'),
    CALL_INGEST_INTERNAL_URL: localUrl(ports, 'callIngest'),
    DECISION_ENGINE_INTERNAL_URL: localUrl(ports, 'decisionEngine'),
    AMOCRM_WRITER_INTERNAL_URL: localUrl(ports, 'amocrmWriter'),
  };
  const service = (name: string, portName: PortName, portVariable: string, more: NodeJS.ProcessEnv): ProgramOptions => {
    const database = `${name.toUpperCase().replaceAll('-', '_')}_DATABASE_URL`;
    const env = {
      ...shared,
      [portVariable]: String(ports[portName]),
      [database]: urlFor(database, facts),
      ...more,
    };
    return program(name, env, `${localUrl(ports, portName)}/health/ready`);
  };
  // An integration of the environment's own is a real amoCRM's: it comes before the emulator's.
  const amocrm = process.env['AMOCRM_CLIENT_ID'] ? {} : integration(ports, secrets);
  const tokens = { CREDENTIALS_KEYS: secrets.credentialsKeys, ...amocrm };
  return [
    service('settings-api', 'settingsApi', 'SETTINGS_API_PORT', {
      ...tokens,
      BOOTSTRAP_API_KEY: secrets.platformAdminApiKey,
    }),
    service('amocrm-writer', 'amocrmWriter', 'AMOCRM_WRITER_PORT', tokens),
    service('decision-engine', 'decisionEngine', 'DECISION_ENGINE_PORT', {}),
    service('call-ingest', 'callIngest', 'CALL_INGEST_PORT', {}),
  ];
}

export interface SimulatedSources {
  readonly accountId: string;
  readonly canonicalSourceId: string;
  readonly canonicalSecret: string;
  readonly uisSourceId: string;
  readonly uisSecret: string;
  readonly itoolabsSourceId: string;
  readonly itoolabsSecret: string;
}

/**
 * Plays calls: the sample once, or for ever, then for the newcomer too. It has no door, so a started simulator is a ready one.
 */
export function pbxSimulator(
  facts: StackFacts,
  sources: SimulatedSources,
  newcomer: { readonly accountId: string },
  isOnce: boolean,
): ProgramOptions {
  const env = {
    KAFKA_BROKERS: facts.kafkaBrokers,
    CALL_INGEST_URL: localUrl(facts.ports, 'callIngest'),
    ACCOUNT_ID: sources.accountId,
    KAFKA_ACCOUNT_ID: newcomer.accountId,
    CANONICAL_SOURCE_ID: sources.canonicalSourceId,
    CANONICAL_SECRET: sources.canonicalSecret,
    UIS_SOURCE_ID: sources.uisSourceId,
    UIS_SECRET: sources.uisSecret,
    ITOOLABS_SOURCE_ID: sources.itoolabsSourceId,
    ITOOLABS_SECRET: sources.itoolabsSecret,
  };
  return { ...program('pbx-simulator', env), args: [isOnce ? '--once' : '--loop'] };
}

function program(name: string, env: NodeJS.ProcessEnv, probeUrl?: string): ProgramOptions {
  return {
    name,
    script: join(repositoryRoot, 'apps', name, 'dist', 'main.js'),
    nodeFlags: NODE_FLAGS,
    env: { ...inherited(), ...env },
    ...(probeUrl !== undefined && { probe: answersOk(probeUrl) }),
  };
}

function urlFor(variable: string, facts: StackFacts): string {
  return Object.entries(facts.databaseUrls ?? {}).find(([name]) => name === variable)?.[1] ?? facts.databaseUrl;
}

/** Our environment without the databases' addresses: a service sees only its own role's. */
function inherited(): NodeJS.ProcessEnv {
  const foreign = Object.entries(process.env).filter(([name]) => !name.endsWith('DATABASE_URL'));
  return Object.fromEntries(foreign);
}
