import { randomBytes } from 'node:crypto';
import { freePort, startKafka, startPostgres } from '@perezvon/local';
import { freshDatabase, INTERNAL_KEY } from '../pipeline/run.js';
import { startProcess } from '../process.js';

const PLATFORM_KEY = 'bench-platform-api-key-0123456789';
const READY_WITHIN_MS = 60_000;

/** settings-api as a process of its own, with a broker and a database to itself. */
export interface BenchApi {
  readonly brokers: string;
  readonly databaseUrl: string;
  /** `PUT /accounts/…` as the platform's admin. @throws for any answer but 2xx */
  call(method: string, path: string, body?: unknown): Promise<unknown>;
  end(): Promise<void>;
}

export async function startBenchApi(): Promise<BenchApi> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const databaseUrl = await freshDatabase(postgres.url);
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const api = startProcess(new URL('../../../../apps/settings-api/dist/main.js', import.meta.url), {
    KAFKA_BROKERS: kafka.brokers,
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'error',
    SETTINGS_API_PORT: port,
    BOOTSTRAP_API_KEY: PLATFORM_KEY,
    CREDENTIALS_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    INTERNAL_API_KEY: INTERNAL_KEY,
    // Nobody is asked there: the benches read the journal and save settings.
    AMOCRM_WRITER_INTERNAL_URL: 'http://127.0.0.1:3003',
    CALL_INGEST_INTERNAL_URL: 'http://127.0.0.1:3001',
    DECISION_ENGINE_INTERNAL_URL: 'http://127.0.0.1:3002',
  });
  await api.unlessItDies(untilReady(url));
  return {
    brokers: kafka.brokers,
    databaseUrl,
    call: (method, path, body) => call(url, method, path, body),
    end: async () => {
      await api.end();
      await postgres.dispose();
      await kafka.dispose();
    },
  };
}

async function untilReady(url: string): Promise<void> {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (Date.now() < giveUpAt) {
    const isReady = await fetch(`${url}/health/ready`).then(
      (answer) => answer.ok,
      () => false, // nobody listens yet
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('settings-api was not ready in a minute');
}

async function call(url: string, method: string, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'authorization': `Bearer ${PLATFORM_KEY}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${String(answer.status)}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
