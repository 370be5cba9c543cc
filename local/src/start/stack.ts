import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresDataDir } from '../postgres/start-postgres.js';
import { Supervisor } from '../supervisor/supervisor.js';
import { type Demo, ensureDemo } from './demo-data.js';
import { provision } from './database.js';
import { isEmulatorEmpty } from './emulator-state.js';
import { residentMb } from './memory.js';
import { type Newcomer, ensureNewcomer } from './newcomer.js';
import { type PortName, type Ports, refuseUsedPort } from './ports.js';
import { type Progress } from './progress.js';
import { type Secrets, loadSecrets } from './secrets.js';
import { type Servers, endServersLeftBehind, startServers } from './servers.js';
import { SettingsApiClient } from './settings-api-client.js';
import { type StackFacts, amocrmEmulator, localUrl, pbxSimulator, services } from './services.js';

/** What a running stack is known by. */
export interface RunningStack {
  readonly demo: Demo;
  readonly newcomer: Newcomer;
  readonly facts: StackFacts;
  readonly emulatorUrl: string;
}

/**
 * Everything that npm start runs on this machine. Life: up() → down(), each once; down() also ends a start that is half-way.
 *
 * The amoCRM emulator keeps nothing between runs. A ledger that remembers cards which the emulator no longer has would
 * only produce errors, so local data begin anew together with an empty emulator; data on servers that are not ours stay.
 */
export class Stack {
  private readonly supervisor: Supervisor;
  private starting: Promise<RunningStack> | undefined;
  private servers: Servers | undefined;
  private isStopping = false;

  /** @param home where this run keeps data, logs and keys */
  constructor(
    private readonly home: string,
    private readonly ports: Ports,
    private readonly progress: Progress,
    private readonly report: (line: string) => void,
  ) {
    this.supervisor = new Supervisor({ logDir: join(home, 'logs'), pidDir: join(home, 'run'), report });
  }

  /** Brings everything up except the simulator; the order is what each needs of the others. */
  async up(): Promise<RunningStack> {
    this.starting = this.start();
    return this.starting;
  }

  /** Ends everything in the reverse order. */
  async down(): Promise<void> {
    this.isStopping = true;
    // What is half-way fails now, or is through; its own outcome was reported to the caller of up().
    const stopping = this.supervisor.stop();
    await this.starting?.catch(() => undefined);
    await stopping;
    await this.supervisor.stop();
    await this.servers?.stop();
  }

  /** Plays calls: once, or until down(). */
  async startSimulator(stack: RunningStack, isOnce: boolean): Promise<void> {
    await this.supervisor.start(pbxSimulator(stack.facts, stack.demo, stack.newcomer, isOnce));
  }

  /** Resolves when the simulator has ended, with how it ended. */
  async simulatorEnded(): Promise<string> {
    return this.supervisor.finished('pbx-simulator');
  }

  /** Process id of a program while it runs: killing a service and watching it come back is what specs do. */
  pidOf(name: string): number | undefined {
    return this.supervisor.pidOf(name);
  }

  /** Resident memory of the whole stack, this process included. */
  async memoryMb(): Promise<number> {
    return residentMb([process.pid, ...(this.servers?.pids ?? []), ...this.supervisor.pids]);
  }

  private async start(): Promise<RunningStack> {
    const secrets = await loadSecrets(this.home);
    const emulatorUrl = localUrl(this.ports, 'amocrmEmulator');
    await this.endLeftovers();
    await this.refuseUsedPorts();
    await this.stepUnlessStopping('amoCRM emulator', () => this.supervisor.start(amocrmEmulator(this.ports, secrets)));
    if (await isEmulatorEmpty(emulatorUrl)) await dropData(this.home);

    const dataDir = dataDirIn(this.home);
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    this.servers = await startServers(dataDir, this.ports, this.progress);
    this.servers.keep(this.report);
    const facts = await this.factsOf(this.servers, secrets);
    await this.stepUnlessStopping('four services', async () => {
      // settings-api makes the schema of the credentials, which amocrm-writer needs; the others need nobody.
      const [settingsApi, ...others] = services(facts);
      if (settingsApi !== undefined) await this.supervisor.start(settingsApi);
      await Promise.all(others.map((service) => this.supervisor.start(service)));
    });
    const settingsApiUrl = localUrl(this.ports, 'settingsApi');
    const demo = await this.stepUnlessStopping('demo account', () =>
      ensureDemo({
        settingsApiUrl,
        platformAdminApiKey: secrets.platformAdminApiKey,
        emulatorUrl,
        amocrmToken: secrets.amocrmToken,
        file: demoFileIn(this.home),
      }),
    );
    const admin = new SettingsApiClient(settingsApiUrl, secrets.platformAdminApiKey);
    const newcomer = await this.stepUnlessStopping('empty account', () =>
      ensureNewcomer(admin, newcomerFileIn(this.home)),
    );
    return { demo, newcomer, facts, emulatorUrl };
  }

  private async factsOf(servers: Servers, secrets: Secrets): Promise<StackFacts> {
    const { kafkaBrokers, databaseUrl } = servers;
    const databaseUrls = await provision(databaseUrl, secrets.databasePassword);
    return { ports: this.ports, secrets, kafkaBrokers, databaseUrl, databaseUrls };
  }

  /** What a run that was killed left behind holds ports and data. */
  private async endLeftovers(): Promise<void> {
    await this.progress.step('ending what an earlier run left', async () => {
      await this.supervisor.endLeftovers();
      await endServersLeftBehind(dataDirIn(this.home));
    });
  }

  /** All at once and first of all: nobody wants to hear of the last port after a minute. */
  private async refuseUsedPorts(): Promise<void> {
    const ours: PortName[] = ['settingsApi', 'callIngest', 'decisionEngine', 'amocrmWriter', 'amocrmEmulator'];
    if (!process.env['KAFKA_BROKERS']) ours.push('kafka');
    if (!process.env['DATABASE_URL']) ours.push('postgres');
    for (const name of ours) await refuseUsedPort(this.ports, name);
  }

  private async stepUnlessStopping<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    if (this.isStopping) throw new Error('stopped while starting');
    return this.progress.step(what, work);
  }
}

/** Ends what an earlier run left and removes its data, keys included. */
export async function reset(home: string): Promise<void> {
  await endServersLeftBehind(dataDirIn(home));
  await dropData(home);
  await rm(join(home, 'secrets.json'), { force: true });
}

async function dropData(home: string): Promise<void> {
  await rm(await postgresDataDir(join(dataDirIn(home), 'postgres')), { recursive: true, force: true });
  await rm(dataDirIn(home), { recursive: true, force: true });
  await rm(demoFileIn(home), { force: true });
  await rm(newcomerFileIn(home), { force: true });
}

const dataDirIn = (home: string): string => join(home, 'data');
const demoFileIn = (home: string): string => join(home, 'demo.json');
const newcomerFileIn = (home: string): string => join(home, 'newcomer.json');
