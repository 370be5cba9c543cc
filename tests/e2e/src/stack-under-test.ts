import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  calls,
  callStates,
  clients,
  commands,
  decisions,
  pbxCallEvents,
  portals,
  results,
  routes,
  settings,
} from '@perezvon/contracts';
import { groupLag } from '@perezvon/kafka';
import { announcement, freePorts, Progress, Stack, type RunningStack } from '@perezvon/local';
import { Client } from 'pg';

export type ServiceName = 'settings-api' | 'call-ingest' | 'decision-engine' | 'amocrm-writer';

const PORT_OF = {
  'settings-api': 'settingsApi',
  'call-ingest': 'callIngest',
  'decision-engine': 'decisionEngine',
  'amocrm-writer': 'amocrmWriter',
} as const satisfies Record<ServiceName, string>;

const root = new URL('../../../', import.meta.url);
const simulator = fileURLToPath(new URL('apps/pbx-simulator/dist/main.js', root));

/**
 * The whole product as `npm start` runs it (real Kafka, PostgreSQL, four services as processes, the emulator), on ports
 * and data of its own.
 */
export class StackUnderTest {
  private constructor(
    private readonly stack: Stack,
    private readonly running: RunningStack,
    private readonly home: string,
    private readonly database: Client,
  ) {}

  static async start(): Promise<StackUnderTest> {
    // D of rules R17: the emulator's listings lag 0.2 s behind its writes, so 1 s is D with a margin here.
    process.env['AMOCRM_VISIBILITY_DELAY_SEC'] = '1';
    process.env['LOG_LEVEL'] = 'debug';
    const home = await mkdtemp(join(tmpdir(), 'perezvon-e2e-'));
    const told: string[] = [];
    const tell = (line: string) => void told.push(line);
    const stack = new Stack(home, await freePorts(), new Progress(tell), tell);
    try {
      const running = await stack.up();
      const database = new Client({ connectionString: running.facts.databaseUrl });
      database.on('error', () => undefined); // the server goes away with the stack
      await database.connect();
      const started = new StackUnderTest(stack, running, home, database);
      // A busy machine may bunch paced requests on their way: a 429 is then waited out in a second, not in five minutes.
      await started.emulator('PATCH', 'settings', { retryAfterInBody: 1 });
      return started;
    } catch (error) {
      await stack.down();
      throw new Error(`the stack did not start:\n${told.join('\n')}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.stack.down();
    await rm(this.home, { recursive: true, force: true });
  }

  get demo(): RunningStack['demo'] {
    return this.running.demo;
  }

  /** What `npm start` prints for a person. */
  get printed(): string {
    return announcement(this.running).join('\n');
  }

  /** New calls, one after another, as `npm start` plays them. */
  async startSimulator(): Promise<void> {
    await this.stack.startSimulator(this.running, false);
  }

  get kafkaBrokers(): string {
    return this.running.facts.kafkaBrokers;
  }

  get emulatorUrl(): string {
    return this.running.emulatorUrl;
  }

  /** What the emulator takes for a portal's long-lived token. */
  get amocrmToken(): string {
    return this.running.facts.secrets.amocrmToken;
  }

  /** Everything that protects this stack: none of it may show anywhere. */
  get secrets(): readonly string[] {
    return Object.values<string>({ ...this.running.facts.secrets });
  }

  url(name: (typeof PORT_OF)[ServiceName]): string {
    return `http://127.0.0.1:${String(this.running.facts.ports[name])}`;
  }

  /** Whether the service says of itself that it can work. */
  async isReady(name: ServiceName): Promise<boolean> {
    const answer = await fetch(`${this.url(PORT_OF[name])}/health/ready`).catch(() => null); // nobody listens just now
    return answer?.ok ?? false;
  }

  /** As the platform's operator would call the settings API. */
  async settingsApi(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return fetch(`${this.url('settingsApi')}/api/v1${path}`, {
      method,
      headers: {
        'authorization': `Bearer ${this.running.facts.secrets.platformAdminApiKey}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** Kills the process with SIGKILL; the supervisor starts it again. False when it is not up just now. */
  killHard(name: ServiceName): boolean {
    const pid = this.stack.pidOf(name);
    return pid !== undefined && process.kill(pid, 'SIGKILL');
  }

  /** Plays the recorded calls, with the same ids and times whenever `startAt` is the same. */
  async playSample(startAt: Date, speed: string): Promise<void> {
    const { demo, facts } = this.running;
    const child = spawn(process.execPath, [simulator, '--once'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        KAFKA_BROKERS: facts.kafkaBrokers,
        CALL_INGEST_URL: this.url('callIngest'),
        ACCOUNT_ID: demo.accountId,
        CANONICAL_SOURCE_ID: demo.canonicalSourceId,
        CANONICAL_SECRET: demo.canonicalSecret,
        UIS_SOURCE_ID: demo.uisSourceId,
        UIS_SECRET: demo.uisSecret,
        ITOOLABS_SOURCE_ID: demo.itoolabsSourceId,
        ITOOLABS_SECRET: demo.itoolabsSecret,
        START_AT: startAt.toISOString(),
        SPEED: speed,
      },
    });
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`the simulator ended with ${String(code)}:\n${told}`);
  }

  /** What amoCRM holds, without server-made ids, so that two runs can be compared. */
  async crm(): Promise<unknown> {
    return this.emulator('GET', 'state?view=stable&times=given');
  }

  async emulator(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${this.running.emulatorUrl}/_emulator/${path}`, {
      method,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`emulator ${method} ${path}: ${String(answer.status)} ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  }

  /**
   * Resolves when nothing is on its way any more: nothing waits in any service's tables, no group lags behind its topic,
   * and amoCRM has not changed between three looks.
   */
  async settled(): Promise<void> {
    const giveUpAt = Date.now() + 180_000;
    let calm = 0;
    let before = '';
    while (calm < 3) {
      const open = await this.onItsWay();
      const now = JSON.stringify([open, await this.crm()]);
      calm = open.length === 0 && now === before ? calm + 1 : 0;
      before = now;
      if (Date.now() > giveUpAt) throw new Error(`did not settle; still open: ${open.join(', ')}`);
      await sleep(400);
    }
  }

  /** Resolves when everything is settled and the journal has read all of it: it has readers of its own, which may be behind. */
  async journalled(): Promise<void> {
    await this.settled();
    const told = [calls, callStates, decisions, results, routes].map(({ topic }) => topic);
    await this.caughtUp('settings-api', told);
  }

  /** Resolves when call-ingest has taken every event of Kafka, whatever becomes of them further on. */
  async taken(): Promise<void> {
    await this.caughtUp('call-ingest', [pbxCallEvents.topic]);
  }

  private async caughtUp(group: ServiceName, topics: readonly string[]): Promise<void> {
    const connection = { brokers: this.kafkaBrokers.split(','), clientId: 'e2e' };
    const giveUpAt = Date.now() + 120_000;
    while ((await groupLag(connection, group, topics)).some(({ messages }) => messages > 0)) {
      if (Date.now() > giveUpAt) throw new Error(`${group} does not come to the end of ${topics.join(', ')}`);
      await sleep(200);
    }
  }

  /** What is owed by the services, in words; empty = nothing. */
  private async onItsWay(): Promise<string[]> {
    const { rows } = await this.database
      .query<{ what: string; count: string }>(OPEN_WORK)
      .catch((error: unknown) => ({ rows: [{ what: String(error), count: '1' }] }));
    const connection = { brokers: this.kafkaBrokers.split(','), clientId: 'e2e' };
    const lags = await Promise.all(
      READERS.map(async ([group, topics]) =>
        (await groupLag(connection, group, topics)).map((l) => ({
          what: `${group} behind ${l.topic}`,
          count: String(l.messages),
        })),
      ),
    );
    return [...rows, ...lags.flat()].filter((r) => r.count !== '0').map((r) => `${r.count} × ${r.what}`);
  }

  /** Rows of a service's table, for a spec that looks behind the surfaces. */
  async query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.database.query<Row>(sql, [...parameters]);
    return rows;
  }

  /** Everything the services wrote to their logs so far. */
  async logs(): Promise<string> {
    const names: ServiceName[] = ['settings-api', 'call-ingest', 'decision-engine', 'amocrm-writer'];
    const texts = await Promise.all(names.map((name) => readFile(join(this.home, 'logs', `${name}.log`), 'utf8')));
    return texts.join('\n');
  }
}

/** Who reads what: nothing may be unread when the stack is called settled. */
const READERS: readonly (readonly [ServiceName, readonly string[]])[] = [
  ['call-ingest', [pbxCallEvents.topic, settings.topic]],
  ['decision-engine', [calls, clients, portals, results, settings].map((message) => message.topic)],
  ['amocrm-writer', [commands.topic, settings.topic]],
  ['settings-api', [portals.topic]],
];

const OPEN_WORK = `
  select 'effect ' || state as what, count(*) from amocrm_writer.effect
   where state in ('waiting', 'sending', 'in_doubt') group by state
  union all select 'lookup', count(*) from amocrm_writer.lookup
  union all select 'call ' || state, count(*) from decision_engine.calls where state like 'awaiting_%' group by state
  union all select 'due call', count(*) from decision_engine.calls where wake_at is not null
  union all select 'decision-engine outbox', count(*) from decision_engine.outbox
  union all select 'amocrm-writer outbox', count(*) from amocrm_writer.outbox
  union all select 'settings-api outbox', count(*) from settings.outbox
  union all select 'held delivery', count(*) from call_ingest.held_deliveries`;
