import { randomBytes, randomUUID } from 'node:crypto';
import { KeyRing, newCredentialsKey } from '@perezvon/credentials';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { createLogger, type RunningService } from '@perezvon/service';
import { type SettingsApiConfig } from '../config.js';
import { migrations } from '../migrations/index.js';
import { startSettingsApi } from '../start.js';

export const bootstrapApiKey = `bootstrap-${randomBytes(16).toString('hex')}`;

/** A body for `POST …/users`, with a login of its own. */
export function newUser(role: string): { login: string; password: string; name: string; role: string } {
  return { login: `${role}-${randomUUID()}@example.org`, password: 'correct horse battery', name: 'Анна', role };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; undefined for an empty body. Specs compare it, so its type is theirs to say. */
  readonly body: unknown;
  readonly text: string;
}

export interface RequestOptions {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole service on its own database, with what a spec needs to talk to it. */
export interface TestApi {
  readonly database: TestDatabase;
  readonly service: RunningService;
  readonly config: SettingsApiConfig;
  /** Everything that it logged. */
  readonly log: readonly string[];
  /** `PUT /accounts/…`, as the platform's admin unless another key (or null: none) is given. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** A new account with an admin's key of its own. */
  newAccount(): Promise<{ accountId: string; key: string }>;
  close(): Promise<void>;
}

export async function startTestApi(overrides: Partial<SettingsApiConfig> = {}): Promise<TestApi> {
  const database = await createTestDatabase({ schema: 'settings', migrations });
  const config: SettingsApiConfig = {
    kafka: { brokers: (process.env['TEST_KAFKA_BROKERS'] ?? '').split(','), ssl: false },
    database: { url: database.url, poolSize: 10, statementTimeoutMs: 10_000 },
    port: 0,
    logLevel: 'info',
    tracesEndpoint: undefined,
    credentialsKeys: KeyRing.parse(newCredentialsKey('test')),
    amocrmExtraOrigins: ['http://127.0.0.1:3010'],
    bootstrapApiKey,
    publicUrl: 'http://127.0.0.1:3000',
    publicIngestUrl: 'https://ingest.example.org',
    publicRouteUrl: 'https://route.example.org',
    trustedProxies: [],
    journalRetentionDays: 400,
    amocrm: undefined,
    pullKeys: KeyRing.parse(newCredentialsKey('pull')),
    pbxExtraOrigins: [],
    amocrmOauthUrl: 'https://www.amocrm.ru/oauth',
    internalKey: 'an-internal-key-of-specs',
    writerUrl: 'http://127.0.0.1:1',
    ingestUrl: 'http://127.0.0.1:1',
    engineUrl: 'http://127.0.0.1:1',
    ...overrides,
  };
  const log: string[] = [];
  const logger = createLogger({
    service: 'settings-api',
    level: 'debug',
    destination: { write: (line: string) => void log.push(line) },
  });
  const service = await startSettingsApi(config, logger);
  const request: TestApi['request'] = (method, path, options = {}) => send(service.url, method, path, options);
  return {
    database,
    service,
    config,
    log,
    request,
    newAccount: async () => {
      const accountId = `spec-${randomUUID()}`;
      await request('POST', '/accounts', { body: { accountId, name: 'Spec' } });
      const { body } = await request('POST', `/accounts/${accountId}/api-keys`, { body: { name: 'spec' } });
      return { accountId, key: (body as { key: string }).key };
    },
    close: async () => {
      await service.stop();
      await database.drop();
    },
  };
}

async function send(url: string, method: string, path: string, options: RequestOptions): Promise<Answer> {
  const { key = bootstrapApiKey, body, headers } = options;
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      'accept-language': 'en',
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: parsed, text };
}
