import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  clients,
  commands,
  defaultIntegration,
  portals,
  results,
  settings,
  type EffectCommand,
  type Settings,
} from '@perezvon/contracts';
import { CredentialStore, KeyRing, migrateCredentials } from '@perezvon/credentials';
import { startKafka, startPostgres } from '@perezvon/local';
import { openDatabase } from '@perezvon/postgres';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import pg from 'pg';
import { BenchBroker } from '../ingest/broker.js';
import { freshDatabase, INTERNAL_KEY } from '../pipeline/run.js';
import { startProcess, type BenchProcess } from '../process.js';
import { Emulator, TOKEN, type EmulatedPortal } from './emulator.js';
import type { Target } from './bench-calls.js';

const ACCOUNT = 'bench';
/** As many as design.md's own limit for one settings document allows to be told at once. */
const PORTALS_PER_ACCOUNT = 50;
const LOOK_EVERY_MS = 50;
const GIVE_UP_AFTER_MS = 200_000;

export interface StagePortal extends Target {
  readonly emulated: EmulatedPortal;
}

/** Servers that all rounds share; each round has topics and a database of its own. */
export class Stage {
  readonly portals: readonly StagePortal[];
  private readonly keys = `bench:${randomBytes(32).toString('base64')}`;

  private constructor(
    readonly emulator: Emulator,
    private readonly broker: BenchBroker,
    readonly brokers: string,
    private readonly postgresUrl: string,
    private readonly dispose: () => Promise<void>,
  ) {
    this.portals = emulator.portals.map((emulated, index) => ({
      accountId: `${ACCOUNT}-${String(Math.floor(index / PORTALS_PER_ACCOUNT))}`,
      portalId: randomUUID(),
      idOffset: emulated.idOffset,
      emulated,
    }));
  }

  static async open(portalCount: number): Promise<Stage> {
    const [kafka, postgres, emulator] = [await startKafka(), await startPostgres(), await Emulator.start(portalCount)];
    const broker = await BenchBroker.connect(kafka.brokers);
    return new Stage(emulator, broker, kafka.brokers, postgres.url, async () => {
      await broker.disconnect();
      await emulator.end();
      await postgres.dispose();
      await kafka.dispose();
    });
  }

  end(): Promise<void> {
    return this.dispose();
  }

  /** Runs one round with everything empty, writers included, and clears up after it. */
  async round<T>(work: (round: Round) => Promise<T>): Promise<T> {
    await this.emulator.empty();
    await this.broker.begin(
      [settings, commands, results, clients, portals].map(({ topic }) => topic),
      ['amocrm-writer'],
    );
    const round = await Round.open(this, await freshDatabase(this.postgresUrl), this.keys);
    try {
      return await work(round);
    } finally {
      await round.end();
    }
  }
}

/** One round: its database, its writers, what is sent to them. */
export class Round {
  private readonly writers: BenchProcess[] = [];

  private constructor(
    readonly stage: Stage,
    private readonly databaseUrl: string,
    private readonly keys: string,
    readonly database: pg.Pool,
    private readonly producer: ReturnType<Kafka['producer']>,
  ) {}

  static async open(stage: Stage, databaseUrl: string, keys: string): Promise<Round> {
    await migrateCredentials(databaseUrl);
    const kafka = new Kafka({ clientId: 'bench', brokers: stage.brokers.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const database = new pg.Pool({ connectionString: databaseUrl, max: 3 });
    database.on('error', () => undefined); // an idle connection that dies is opened anew by the next question
    const round = new Round(stage, databaseUrl, keys, database, producer);
    await round.connectPortals();
    return round;
  }

  async end(): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.end()));
    await this.producer.disconnect();
    await this.database.end();
  }

  /** A writer as `npm start` starts it. @param more of its environment */
  startWriter(more: Readonly<Record<string, string>> = {}): BenchProcess {
    const writer = startProcess(
      new URL('../../../../apps/amocrm-writer/dist/main.js', import.meta.url),
      {
        KAFKA_BROKERS: this.stage.brokers,
        DATABASE_URL: this.databaseUrl,
        CREDENTIALS_KEYS: this.keys,
        INTERNAL_API_KEY: INTERNAL_KEY,
        AMOCRM_EXTRA_ORIGINS: this.stage.portals.map(({ emulated }) => emulated.url).join(','),
        AMOCRM_WRITER_PORT: '0',
        LOG_LEVEL: 'error',
        // Requests nobody asked for would be counted by benches of other things.
        AMOCRM_MIRROR_MONTHS: '0',
        ...more,
      },
      profilerOf(this.writers.length),
    );
    this.writers.push(writer);
    return writer;
  }

  /** Ends when every portal has been read, so that no round measures a first contact. */
  async portalsAreRead(): Promise<void> {
    const count = this.stage.portals.length;
    const sql = `select count(*)::int as n from amocrm_writer.portal where directory is not null`;
    await this.until(async () => (await this.number(sql)) === count);
  }

  async send(wanted: readonly EffectCommand[]): Promise<void> {
    for (let from = 0; from < wanted.length; from += 500) {
      const messages = wanted
        .slice(from, from + 500)
        .map((command) => ({ key: commands.key(command), value: JSON.stringify(command) }));
      await this.producer.send({ topic: commands.topic, messages });
    }
  }

  /** Ends when so many effects are settled. @throws when one of them is not as it should be */
  async settled(count: number): Promise<void> {
    await this.until(async () => (await this.settledCount()) >= count);
  }

  settledCount(): Promise<number> {
    return this.number(`select count(*)::int as n from amocrm_writer.effect where state in ('done', 'skipped')`);
  }

  async number(sql: string, parameters: unknown[] = []): Promise<number> {
    const { rows } = await this.database.query<{ n: number }>(sql, parameters).catch(notThereYet);
    return rows[0]?.n ?? 0;
  }

  async until(isSo: () => Promise<boolean>, lookEveryMs = LOOK_EVERY_MS): Promise<void> {
    const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
    const waiting = async (): Promise<void> => {
      while (!(await isSo())) {
        if (performance.now() > giveUpAt) throw new Error(`the round waited in vain: ${await this.standing()}`);
        await sleep(lookEveryMs);
      }
    };
    await this.writers.reduce((all, writer) => writer.unlessItDies(all), waiting());
  }

  private async standing(): Promise<string> {
    const { rows } = await this.database.query(
      `select state, effect, reason, detail, count(*)::int from amocrm_writer.effect group by 1, 2, 3, 4`,
    );
    return JSON.stringify(rows);
  }

  private async connectPortals(): Promise<void> {
    const dataSource = await openDatabase({
      url: this.databaseUrl,
      schema: 'bench',
      migrations: [],
      applicationName: 'bench',
      poolSize: 2,
      statementTimeoutMs: 30_000,
    });
    const credentials = new CredentialStore(dataSource, KeyRing.parse(this.keys));
    const accounts = new Map<string, StagePortal[]>();
    for (const portal of this.stage.portals) {
      await credentials.putLongLivedToken(portal.portalId, portal.accountId, TOKEN);
      accounts.set(portal.accountId, [...(accounts.get(portal.accountId) ?? []), portal]);
    }
    await dataSource.destroy();
    const documents = [...accounts].map(([accountId, owned]) => documentOf(accountId, owned));
    await this.producer.send({
      topic: settings.topic,
      messages: documents.map((document) => ({ key: document.accountId, value: JSON.stringify(document) })),
    });
  }
}

function documentOf(accountId: string, owned: readonly StagePortal[]): Settings {
  return {
    accountId,
    version: 1,
    updatedAt: new Date().toISOString(),
    name: 'Bench',
    integration: { ...defaultIntegration(), active: true, portalId: owned[0]?.portalId ?? null },
    portals: owned.map(({ portalId, emulated }) => ({
      portalId,
      name: null,
      url: emulated.url,
      credentialsRevision: 1,
    })),
    employees: [],
    mapping: [],
    sources: [],
  };
}

/** `BENCH_PROFILE=<folder>`: the first writer of a round leaves a CPU profile there. */
function profilerOf(writer: number): readonly string[] {
  const folder = process.env['BENCH_PROFILE'];
  return folder === undefined || writer > 0 ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

/** The writer makes its tables while it starts. */
function notThereYet(error: unknown): { rows: { n: number }[] } {
  if (error instanceof pg.DatabaseError && (error.code === '42P01' || error.code === '3F000')) return { rows: [] };
  throw error;
}
