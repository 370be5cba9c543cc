import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator, type FaultRule, type PortalSettings, type RunningEmulator } from '@perezvon/amocrm-emulator';
import { commands, results, settings, topicSettings, type EffectCommand } from '@perezvon/contracts';
import { CredentialStore, KeyRing, migrateCredentials, newCredentialsKey } from '@perezvon/credentials';
import { ensureTopics, groupLag, KafkaProducer, type KafkaConnection } from '@perezvon/kafka';
import { startKafka, startPostgres, type EmbeddedKafka, type EmbeddedPostgres } from '@perezvon/local';
import { createTestDatabase, type TestDatabase } from '@perezvon/postgres';
import { LedgerView } from '../oracle/ledger-view.js';
import { Dice } from './dice.js';
import { integration } from './integration.js';
import { Load } from './load.js';
import { SkippableClock } from './skippable-clock.js';
import { Tenant } from './tenant.js';
import { until } from './until.js';
import { WriterProcess, writerProgram } from './writer-process.js';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Partitions of the commands: as many writers can share them. */
const PARTITIONS = 8;

/** The product's own consumer group. */
export const WRITER_GROUP = 'amocrm-writer';

/**
 * Far below the product's, so that a lane goes on soon, and long enough for a writer on a busy machine to renew it in time:
 * with 2 s, on two cores with eight times as much to do, a session of F5 got next to nothing done (lost leases are a guess).
 */
export const LEASE_SEC = 4;

export interface ArenaOptions {
  readonly seed: number;
  readonly tenants: number;
  /** Of every portal. */
  readonly portal?: Partial<PortalSettings>;
  /** D of rules R17 for the writers. */
  readonly visibilityDelaySec?: number;
  /** A Postgres that the row may kill. Otherwise `TEST_DATABASE_URL`, where it is set. */
  readonly ownPostgres?: boolean;
}

export interface StartOptions {
  readonly program?: URL;
  readonly imports?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What nobody but amoCRM and the writer may ever see: looked for in all logs (faults.md I10). */
const canaryToken = () => `canary-token-${randomBytes(12).toString('hex')}`;

/**
 * One row's world: a real Kafka, a database of its own in a real Postgres, the emulator with a portal for each tenant, and
 * as many writer processes as the row starts. Nothing is shared with other rows.
 */
export class Arena {
  readonly dice: Dice;
  readonly load: Load;
  readonly clock: SkippableClock;
  private readonly processes: WriterProcess[] = [];

  private constructor(
    private readonly options: ArenaOptions,
    readonly kafka: EmbeddedKafka,
    readonly postgres: EmbeddedPostgres | undefined,
    readonly database: TestDatabase,
    readonly emulator: RunningEmulator,
    readonly tenants: readonly Tenant[],
    private readonly producer: KafkaProducer,
    private readonly own: {
      readonly home: string;
      readonly keys: string;
      readonly token: string;
      readonly clock: SkippableClock;
      readonly credentials: CredentialStore;
    },
  ) {
    this.dice = new Dice(options.seed);
    this.load = new Load(this.dice);
    this.clock = own.clock;
    this.ledger = new LedgerView(database.url);
  }

  readonly ledger: LedgerView;

  static async open(options: ArenaOptions): Promise<Arena> {
    const clock = new SkippableClock();
    const token = canaryToken();
    const home = await mkdtemp(join(tmpdir(), 'perezvon-chaos-'));
    const isShared = options.ownPostgres !== true && process.env['TEST_DATABASE_URL'] !== undefined;
    const [kafka, postgres] = await Promise.all([
      startKafka(),
      // Whoever kills the server must find there what it has acknowledged.
      isShared ? undefined : startPostgres({ isDurable: options.ownPostgres === true }),
    ]);
    const database = await createTestDatabase({
      schema: 'chaos',
      migrations: [],
      ...(postgres ? { serverUrl: postgres.url } : {}),
    });
    const emulator = await startEmulator({
      token,
      clock,
      seed: options.seed,
      integrations: [integration],
      portals: options.tenants,
      // A 429 is not what most rows are about: it is then waited out in a second, and blocks nothing.
      settings: { retryAfterInBody: 1, blockAfterRejections: 0, ...options.portal },
    });
    const tenants = emulator.portals.map((portal, index) => new Tenant(index, portal));
    const keys = newCredentialsKey('chaos');
    await migrateCredentials(database.url);
    const credentials = new CredentialStore(database.dataSource, KeyRing.parse(keys));
    for (const { portalId, accountId } of tenants) await credentials.putLongLivedToken(portalId, accountId, token);
    const connection = { brokers: [kafka.brokers], clientId: 'chaos' };
    await ensureTopics(
      connection,
      [commands, results, settings].map((message) => topicSettings(message, PARTITIONS)),
    );
    const producer = new KafkaProducer({ connection, logger: silent });
    await producer.send(
      settings,
      tenants.map((tenant) => tenant.settings()),
    );
    const own = { home, keys, token, clock, credentials };
    return new Arena(options, kafka, postgres, database, emulator, tenants, producer, own);
  }

  async killAll(): Promise<void> {
    await Promise.all(this.processes.map((each) => each.end('SIGKILL')));
  }

  async close(): Promise<void> {
    await this.killAll();
    await this.producer.disconnect(5_000);
    await this.ledger.close();
    await this.emulator.stop();
    await this.database.drop();
    await Promise.all([this.kafka.dispose(), this.postgres?.dispose()]);
    await rm(this.own.home, { recursive: true, force: true });
  }

  /** A directory of the row: whatever is written there counts as said by its processes. */
  get home(): string {
    return this.own.home;
  }

  /** The long-lived token that every portal takes. */
  get token(): string {
    return this.own.token;
  }

  get credentials(): CredentialStore {
    return this.own.credentials;
  }

  get connection(): KafkaConnection {
    return { brokers: [this.kafka.brokers], clientId: 'chaos' };
  }

  /** A writer, or whoever stands in for it. */
  start({ program = writerProgram, imports = [], env = {} }: StartOptions = {}): WriterProcess {
    const { visibilityDelaySec = 1 } = this.options;
    const process = new WriterProcess({
      program,
      imports,
      env: {
        KAFKA_BROKERS: this.kafka.brokers,
        KAFKA_TOPIC_PARTITIONS: String(PARTITIONS),
        DATABASE_URL: this.database.url,
        CREDENTIALS_KEYS: this.own.keys,
        INTERNAL_API_KEY: this.own.token,
        AMOCRM_EXTRA_ORIGINS: this.emulator.portals.map(({ url }) => url).join(','),
        AMOCRM_VISIBILITY_DELAY_SEC: String(visibilityDelaySec),
        AMOCRM_WRITER_LEASE_SEC: String(LEASE_SEC),
        // Requests nobody asked for are no subject of the faults.
        AMOCRM_MIRROR_MONTHS: '0',
        AMOCRM_WRITER_PORT: '0',
        LOG_LEVEL: 'info',
        ...env,
      },
      logFile: join(this.own.home, `${String(this.processes.length)}.log`),
    });
    this.processes.push(process);
    return process;
  }

  /** The portals are known: what is put from now on is written as fast as it can be. */
  async portalsRead(): Promise<void> {
    await until('the portals are read', async () => (await this.ledger.portalsRead()) === this.tenants.length);
  }

  /** Puts the commands of so many calls of every tenant, or of those given. */
  async put(calls: number, tenants: readonly Tenant[] = this.tenants): Promise<EffectCommand[]> {
    const wanted = tenants.flatMap((tenant) => this.load.calls(tenant, calls));
    await this.send(wanted);
    return wanted;
  }

  async send(wanted: readonly EffectCommand[]): Promise<void> {
    await this.producer.send(commands, wanted);
  }

  async sendRaw(topic: string, records: readonly { key: string | null; value: Buffer | null }[]): Promise<void> {
    await this.producer.sendRaw(
      topic,
      records.map(({ key, value }) => ({ key: key === null ? null : Buffer.from(key), value })),
    );
  }

  /** Commands that the writers have not committed. */
  async lag(): Promise<number> {
    const lags = await groupLag(this.connection, WRITER_GROUP, [commands.topic]);
    return lags.reduce((sum, { messages }) => sum + messages, 0);
  }

  async sendSettings(tenant: Tenant): Promise<void> {
    await this.producer.send(settings, [tenant.settings({ newCredentials: true })]);
  }

  /** @throws when the emulator does not know such a fault */
  fault(rule: object): void {
    const added = this.emulator.control.faults.add(rule);
    if ('problem' in added) throw new Error(added.problem);
  }

  /** How often the emulator's faults have struck, those included whose rules are removed. */
  get faultsFired(): number {
    return this.firedBefore + this.emulator.control.faults.list().reduce((sum, { fired }) => sum + fired, 0);
  }

  private firedBefore = 0;

  /** amoCRM behaves again. */
  endFaults(): void {
    this.firedBefore = this.faultsFired;
    this.emulator.control.faults.remove();
  }

  get faultRules(): readonly FaultRule[] {
    return this.emulator.control.faults.list();
  }

  /** Everything that any process of the row has said. */
  async logs(): Promise<string> {
    const names = await readdir(this.own.home);
    const texts = await Promise.all(names.map((name) => readFile(join(this.own.home, name), 'utf8')));
    return texts.join('\n');
  }

  /** The secrets that no log may hold. */
  get secrets(): readonly string[] {
    return [this.own.token, integration.clientSecret, this.own.keys.slice(this.own.keys.indexOf(':') + 1)];
  }
}
