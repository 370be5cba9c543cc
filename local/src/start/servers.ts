import { join } from 'node:path';
import { type EmbeddedKafka, endKafkaLeftBehind, startKafka } from '../kafka/start-kafka.js';
import { type Kept, keepRunning } from '../supervisor/keep-running.js';
import { type EmbeddedPostgres, endPostgresLeftBehind, startPostgres } from '../postgres/start-postgres.js';
import { createDatabase } from './database.js';
import { type Ports, onPort } from './ports.js';
import { type Progress } from './progress.js';

/** Kafka and PostgreSQL, embedded or given by KAFKA_BROKERS and DATABASE_URL. */
export interface Servers {
  readonly kafkaBrokers: string;
  /** Of the product's database, with the right to make roles and schemas. */
  readonly databaseUrl: string;
  /** Of the servers that are ours, as they run now. */
  readonly pids: readonly number[];
  /** Starts a server of ours again whenever it ends by itself, until stop(). */
  keep(report: (line: string) => void): void;
  stop(): Promise<void>;
}

const DATABASE = 'perezvon';

export async function startServers(dataDir: string, ports: Ports, progress: Progress): Promise<Servers> {
  const [kafka, postgres] = await bothOrNone(
    givenBy('KAFKA_BROKERS') === undefined ? startOwnKafka(dataDir, ports, progress) : undefined,
    givenBy('DATABASE_URL') === undefined ? startOwnPostgres(dataDir, ports, progress) : undefined,
  );
  const own: readonly (readonly [string, EmbeddedKafka | EmbeddedPostgres])[] = [
    ...(kafka ? [['Kafka', kafka] as const] : []),
    ...(postgres ? [['PostgreSQL', postgres] as const] : []),
  ];
  const stopping = new AbortController();
  let keeping: Promise<void>[] = [];
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(keeping);
    for (const [, server] of own) await server.dispose();
  };
  try {
    return {
      kafkaBrokers: kafka?.brokers ?? givenBy('KAFKA_BROKERS') ?? '',
      databaseUrl:
        postgres === undefined ? (givenBy('DATABASE_URL') ?? '') : await createDatabase(postgres.url, DATABASE),
      get pids() {
        return own.map(([, server]) => server.pid);
      },
      keep: (report) => {
        keeping = own.map(([name, server]) =>
          keepRunning(keptServer(name, server), { report, signal: stopping.signal }),
        );
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const keptServer = (name: string, server: EmbeddedKafka | EmbeddedPostgres): Kept => ({
  name,
  get exited() {
    return server.exited;
  },
  startAgain: () => server.start(),
});

/** Ends the servers that a run which was killed left on this data. */
export async function endServersLeftBehind(dataDir: string): Promise<void> {
  await endKafkaLeftBehind(join(dataDir, 'kafka'));
  await endPostgresLeftBehind(join(dataDir, 'postgres'));
}

function startOwnKafka(dataDir: string, ports: Ports, progress: Progress): Promise<EmbeddedKafka> {
  const start = (port: number) => startKafka({ port, dataDir: join(dataDir, 'kafka') });
  return progress.step('Kafka', () => onPort(ports, 'kafka', start));
}

function startOwnPostgres(dataDir: string, ports: Ports, progress: Progress): Promise<EmbeddedPostgres> {
  const start = (port: number) => startPostgres({ port, dataDir: join(dataDir, 'postgres') });
  return progress.step('PostgreSQL', () => onPort(ports, 'postgres', start));
}

/** Waits for both also when one fails, and ends the other then: nothing may be left running. */
async function bothOrNone(
  kafka: Promise<EmbeddedKafka> | undefined,
  postgres: Promise<EmbeddedPostgres> | undefined,
): Promise<[EmbeddedKafka | undefined, EmbeddedPostgres | undefined]> {
  const [first, second] = await Promise.allSettled([kafka, postgres]);
  if (first.status === 'fulfilled' && second.status === 'fulfilled') return [first.value, second.value];
  if (first.status === 'fulfilled') await first.value?.dispose();
  if (second.status === 'fulfilled') await second.value?.dispose();
  throw first.status === 'rejected' ? first.reason : second.status === 'rejected' ? second.reason : undefined;
}

function givenBy(variable: string): string | undefined {
  const value = process.env[variable];
  return value === '' ? undefined : value;
}
