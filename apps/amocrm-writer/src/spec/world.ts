import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConsent, Secret, TokenEndpoint } from '@perezvon/amocrm';
import { startEmulator, type EmulatorOptions, type RunningEmulator } from '@perezvon/amocrm-emulator';
import {
  clients,
  defaultIntegration,
  portals,
  results,
  type Client,
  type CrmResult,
  type Portal,
  type Settings,
} from '@perezvon/contracts';
import {
  CredentialStore,
  KeyRing,
  migrateCredentials,
  newCredentialsKey,
  TokenKeeper,
  type TokenKeeperOptions,
} from '@perezvon/credentials';
import { createTestDatabase, openDatabase, type TestDatabase } from '@perezvon/postgres';
import { createLogger } from '@perezvon/service';
import type { DataSource } from 'typeorm';
import type { Point } from '../lanes/turn-tools.js';
import { writerDatabase } from '../writer-database.js';
import { noteMoved } from '../portals/portal-store.js';
import { PortalTokens } from '../portals/portal-tokens.js';
import { Writer, type WriterSettings } from '../writer.js';
import { accountId, Call } from './commands.js';

export const token = 'token-of-the-specs';

/** D of the specs: short, so that a doubt is settled in a second. */
export const visibilityDelayMs = 1_000;

/** Our integration as the emulator knows it. */
const integration = {
  clientId: 'perezvon',
  clientSecret: 'secret-of-the-specs',
  redirectUri: 'https://perezvon.example/oauth/amocrm/callback',
};

export interface WorldOptions {
  readonly emulator?: Partial<EmulatorOptions>;
}

export interface WriterOptions {
  readonly settings?: Partial<WriterSettings>;
  readonly at?: (point: Point) => void | Promise<void>;
  readonly tokens?: TokenKeeperOptions;
}

/** One real database, one emulator, and as many writers as a spec starts. */
export class World {
  readonly portalId = randomUUID();
  /** Where the account is after it was renamed. */
  readonly newOrigins: string[] = [];
  private readonly started: { writer: Writer; dataSource: DataSource }[] = [];
  private version = 0;
  private credentialsRevision = 1;

  private constructor(
    readonly database: TestDatabase,
    readonly emulator: RunningEmulator,
    private readonly keys: KeyRing,
    readonly credentials: CredentialStore,
  ) {}

  static async open({ emulator = {} }: WorldOptions = {}): Promise<World> {
    const database = await createTestDatabase(writerDatabase);
    await migrateCredentials(database.url);
    const keys = KeyRing.parse(newCredentialsKey('spec'));
    const credentials = new CredentialStore(database.dataSource, keys);
    // A busy machine may bunch paced requests on their way: the 429 is then waited out in a second, not in five minutes.
    const settings = { retryAfterInBody: 1, ...emulator.settings };
    const running = await startEmulator({ token, integrations: [integration], ...emulator, settings });
    const world = new World(database, running, keys, credentials);
    await credentials.putLongLivedToken(world.portalId, accountId, token);
    return world;
  }

  async close(): Promise<void> {
    await this.stopWriters();
    await this.emulator.stop();
    await this.database.drop();
  }

  /** As before a restart: all of them, with what was on the wire ended. */
  async stopWriters(): Promise<void> {
    await Promise.all(this.started.map(({ writer }) => writer.stop(2_000)));
    await Promise.all(this.started.splice(0).map(({ dataSource }) => dataSource.destroy()));
  }

  get tokenEndpoint(): TokenEndpoint {
    return new TokenEndpoint({
      integration: { ...integration, clientSecret: new Secret(integration.clientSecret) },
      extraOrigins: this.origins,
    });
  }

  private get origins(): string[] {
    return [...this.emulator.portals.map(({ url }) => url), ...this.newOrigins];
  }

  /** The administrator's consent in the browser, and the pair that it is worth, stored. */
  async authorise(): Promise<void> {
    const decision = `decision=allow&portal=demo&user=101&client_id=${integration.clientId}&state=s`;
    const reply = await fetch(`${this.emulator.url}/oauth?${decision}`, { redirect: 'manual' });
    const back = new URL(reply.headers.get('location') ?? '');
    const consent = readConsent(
      back.searchParams,
      this.emulator.portals.map(({ url }) => url),
    );
    if (consent.kind !== 'granted') throw new Error(`the consent page: ${consent.kind}`);
    const granted = await this.tokenEndpoint.exchangeCode(consent.origin, consent.code);
    if (granted.kind !== 'done') throw new Error(`the token endpoint: ${granted.reason}`);
    await this.credentials.putOauthPair(this.portalId, accountId, granted.value);
  }

  /** A writer with its own pool, as another process would have. */
  async startWriter({ settings = {}, at, tokens = {} }: WriterOptions = {}): Promise<Writer> {
    const dataSource = await openDatabase({
      url: this.database.url,
      ...writerDatabase,
      poolSize: 10,
      applicationName: 'writer-spec',
      statementTimeoutMs: 30_000,
    });
    const log = createLogger({ service: 'writer-spec', level: process.env['SPEC_LOG_LEVEL'] ?? 'silent' });
    const writer = new Writer({
      dataSource,
      databaseUrl: this.database.url,
      credentials: this.credentials,
      integration: { ...integration, clientSecret: new Secret(integration.clientSecret) },
      tokens: new PortalTokens(
        new TokenKeeper(dataSource, this.keys, tokens),
        this.tokenEndpoint,
        log,
        noteMoved(dataSource),
      ),
      settings: {
        visibilityDelayMs,
        leaseMs: 3_000,
        maxLanes: 10,
        pollMs: 100,
        unknownPortalMs: 60_000,
        // Requests nobody asked for would be counted by specs of other things.
        mirrorMonths: 0,
        mirrorPaceMs: 50,
        publicWebhookUrl: null,
        extraOrigins: this.origins,
        ...settings,
      },
      log,
      onRequest: () => () => undefined,
      onWritten: () => undefined,
      onNews: () => undefined,
      ...(at ? { at } : {}),
    });
    writer.start();
    this.started.push({ writer, dataSource });
    return writer;
  }

  /** A call at the portal, whose contact `writer` was told to see to. */
  async call(writer: Writer, phone: string): Promise<Call> {
    const call = new Call(this.portalId, phone);
    await writer.takeCommands.execute([call.contact()]);
    return call;
  }

  /** The next version of the account's settings. */
  settings({
    isActive = true,
    portalIds = [this.portalId],
    newCredentials = false,
    hasCredentials = true,
    of = accountId,
    url = this.emulator.url,
  }: {
    isActive?: boolean;
    portalIds?: string[];
    newCredentials?: boolean;
    hasCredentials?: boolean;
    of?: string;
    url?: string;
  } = {}): Settings {
    this.version += 1;
    if (newCredentials) this.credentialsRevision += 1;
    return {
      accountId: of,
      version: this.version,
      updatedAt: new Date().toISOString(),
      name: 'Акме',
      integration: { ...defaultIntegration(), active: isActive, portalId: portalIds[0] ?? null },
      portals: portalIds.map((portalId) => ({
        portalId,
        name: null,
        url,
        credentialsRevision: hasCredentials ? this.credentialsRevision : null,
      })),
      employees: [],
      mapping: [],
      sources: [],
    };
  }

  /** A writer whose portal has been read. */
  async startKnowingPortal(options: WriterOptions = {}): Promise<Writer> {
    const writer = await this.startWriter(options);
    await writer.takeSettings.execute([{ document: this.settings() }]);
    await this.until(async () => (await this.portalMessages()).some(({ pipelines }) => pipelines.length > 0));
    return writer;
  }

  /** Everything told on a topic, in the order of the outbox; nothing relays it here. */
  async results(): Promise<CrmResult[]> {
    return (await this.told(results.topic)).map((value) => results.parse(value));
  }

  async clientMessages(): Promise<Client[]> {
    return (await this.told(clients.topic)).map((value) => clients.parse(value));
  }

  async portalMessages(): Promise<Portal[]> {
    return (await this.told(portals.topic)).filter((value) => value !== null).map((value) => portals.parse(value));
  }

  /** The newest result of an effect, once it satisfies. */
  async resultOf(
    callId: string,
    effect: CrmResult['effect'],
    isIt: (result: CrmResult) => boolean = ({ state }) => state === 'done',
    deadlineMs?: number,
  ): Promise<CrmResult> {
    return this.until(async () => {
      const newest = (await this.results()).filter((each) => each.callId === callId && each.effect === effect).at(-1);
      return newest !== undefined && isIt(newest) ? newest : undefined;
    }, deadlineMs);
  }

  /** Waits for a state, not for a time; the deadline only ends a spec that failed. */
  async until<T>(look: () => Promise<T | undefined | false> | T | undefined | false, deadlineMs = 30_000): Promise<T> {
    const end = performance.now() + deadlineMs;
    for (;;) {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      if (performance.now() > end) throw new Error(`not within ${deadlineMs} ms; results: ${await this.summary()}`);
      await sleep(20);
    }
  }

  /** How often a route was posted to or patched. */
  writesTo(path: RegExp): number {
    return this.emulator.control.requests().filter((each) => each.method !== 'GET' && path.test(each.path)).length;
  }

  /** What a person or another integration writes, at once and past our limits. */
  async byHand(path: string, body: object, method = 'POST'): Promise<void> {
    await this.control('by-hand', { method, path, body });
  }

  /** The emulator's control API, for what an administrator of the account does. */
  async control(path: string, body: object): Promise<void> {
    const answer = await fetch(`${this.emulator.url}/_emulator/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  fault(rule: object): void {
    const added = this.emulator.control.faults.add(rule);
    if ('problem' in added) throw new Error(added.problem);
  }

  private async told(topic: string): Promise<unknown[]> {
    const rows: { value: Buffer | null }[] = await this.database.dataSource.query(
      `select value from outbox where topic = $1 order by id`,
      [topic],
    );
    return rows.map(({ value }) => (value === null ? null : (JSON.parse(value.toString('utf8')) as unknown)));
  }

  private async summary(): Promise<string> {
    const rows: unknown[] = await this.database.dataSource.query(
      `select effect, state, reason, detail, attempts, looks, lane, blocked_by from effect order by seq`,
    );
    const stops: unknown[] = await this.database.dataSource.query(
      `select lane, stop_reason, stop_until, check_at, directory is not null as is_read from portal`,
    );
    const lanes: unknown[] = await this.database.dataSource.query(`select * from lane`);
    return JSON.stringify({ rows, stops, lanes });
  }
}
