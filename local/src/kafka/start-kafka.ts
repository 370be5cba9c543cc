import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Daemon } from '../embedded/daemon.js';
import { assertPortFree, freePort } from '../embedded/ports.js';
import { endLeftover } from '../embedded/process-table.js';
import { systemErrorCode } from '../embedded/system-error.js';
import { probeBroker } from './broker-probe.js';
import { ensureKafkaJars } from './jars.js';
import { serverProperties } from './server-properties.js';

const run = promisify(execFile);

const START_DEADLINE_MS = 60_000;
const LEFTOVER_DEADLINE_MS = 10_000;

export interface KafkaOptions {
  /** A free port when absent. */
  readonly port?: number;
  /** Keeps topics and offsets between runs. When absent: a temporary directory, removed by dispose(). */
  readonly dataDir?: string;
}

/** One Apache Kafka broker on 127.0.0.1. Its life: running → stop() or kill() → start() → running … → dispose(). */
export interface EmbeddedKafka {
  /** `host:port`, as KAFKA_BROKERS takes it; the same for the broker's whole life. */
  readonly brokers: string;
  readonly port: number;
  readonly logFile: string;
  /** Of the running process, or of the last one. Changes with each start(). */
  readonly pid: number;
  /** Of the same process: resolves when it is gone, with how it ended. */
  readonly exited: Promise<string>;
  /** TERM: what was acknowledged is on disk, clients are told to go. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; resolves when it serves clients. Does nothing while it runs. */
  start(): Promise<void>;
  /** Ends it and removes its data if they were temporary. */
  dispose(): Promise<void>;
}

/**
 * Starts Apache Kafka and resolves when it serves clients (2 s, and 1 s more for a new data directory).
 * Ends a broker that an earlier run left on the same data directory.
 *
 * @throws PortInUseError; Error with the end of the broker's log
 */
export async function startKafka(options: KafkaOptions = {}): Promise<EmbeddedKafka> {
  const jars = await ensureKafkaJars();
  const isTemporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'perezvon-kafka-')));
  await mkdir(dataDir, { recursive: true });
  try {
    await endKafkaLeftBehind(dataDir);
    if (options.port !== undefined) await assertPortFree(options.port);
    const port = options.port ?? (await freePort());
    await configure(jars, dataDir, port);
    return await EmbeddedBroker.start(jars, dataDir, port, isTemporary);
  } catch (error) {
    if (isTemporary) await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

class EmbeddedBroker implements EmbeddedKafka {
  private constructor(
    private readonly jars: string,
    private readonly dataDir: string,
    readonly port: number,
    private readonly isTemporary: boolean,
    private daemon: Daemon,
  ) {}

  static async start(jars: string, dataDir: string, port: number, isTemporary: boolean): Promise<EmbeddedBroker> {
    const daemon = await startBroker(jars, dataDir, port, isTemporary);
    return new EmbeddedBroker(jars, dataDir, port, isTemporary, daemon);
  }

  get brokers(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  get logFile(): string {
    return logFileIn(this.dataDir);
  }

  get pid(): number {
    return this.daemon.pid;
  }

  get exited(): Promise<string> {
    return this.daemon.exited;
  }

  async stop(): Promise<void> {
    await this.daemon.stop();
  }

  async kill(): Promise<void> {
    await this.daemon.kill();
  }

  async start(): Promise<void> {
    if (this.daemon.isRunning) return;
    this.daemon = await startBroker(this.jars, this.dataDir, this.port, this.isTemporary);
  }

  async dispose(): Promise<void> {
    // Nobody reads temporary data again: no need to close it in good order.
    await (this.isTemporary ? this.daemon.kill() : this.daemon.stop());
    if (this.isTemporary) await rm(this.dataDir, { recursive: true, force: true });
  }
}

async function startBroker(jars: string, dataDir: string, port: number, isTemporary: boolean): Promise<Daemon> {
  const daemon = await Daemon.start({
    name: 'Kafka',
    command: javaCommand(),
    args: [
      '-Xms64m',
      '-Xmx384m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-cp',
      join(jars, '*'),
      'kafka.Kafka',
      propertiesIn(dataDir),
    ],
    logFile: logFileIn(dataDir),
    stopSignal: 'SIGTERM',
    removeAfterDeath: isTemporary ? dataDir : undefined,
  }).catch((error: unknown) => {
    throw javaProblem(error);
  });
  try {
    await writeFile(pidFileIn(dataDir), String(daemon.pid));
    await daemon.untilUsable(() => probeBroker(port), START_DEADLINE_MS);
    return daemon;
  } catch (error) {
    await daemon.kill();
    throw error;
  }
}

/** Writes the settings and, for a new data directory, formats it. */
async function configure(jars: string, dataDir: string, port: number): Promise<void> {
  const topicsDir = join(dataDir, 'topics');
  await writeFile(propertiesIn(dataDir), serverProperties(port, await freePort(), topicsDir));
  const clusterId = randomBytes(16).toString('base64url');
  // Joined by `=`: one id in 64 begins with `-`, and would be taken for an option.
  const format = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', `--cluster-id=${clusterId}`];
  const isFormatted = await readFile(join(topicsDir, 'meta.properties')).then(
    () => true,
    () => false,
  );
  if (isFormatted) return;
  try {
    const jvm = ['-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', join(jars, '*')];
    await run(javaCommand(), [...jvm, ...format, '-c', propertiesIn(dataDir)]);
  } catch (error) {
    throw javaProblem(error);
  }
}

/** Ends a broker that an earlier run left on this data directory. */
export async function endKafkaLeftBehind(dataDir: string): Promise<void> {
  const pid = Number(await readFile(pidFileIn(dataDir), 'utf8').catch(() => ''));
  if (pid > 0) await endLeftover(pid, propertiesIn(dataDir), 'SIGTERM', LEFTOVER_DEADLINE_MS);
}

function javaCommand(): string {
  const home = process.env['JAVA_HOME'];
  return home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
}

function javaProblem(error: unknown): unknown {
  if (systemErrorCode(error) !== 'ENOENT') return error;
  return new Error(
    `Kafka needs Java 17 or newer and "${javaCommand()}" is not there (Debian: apt-get install openjdk-17-jre-headless)`,
    { cause: error },
  );
}

const propertiesIn = (dataDir: string): string => join(dataDir, 'server.properties');
const pidFileIn = (dataDir: string): string => join(dataDir, 'kafka.pid');
const logFileIn = (dataDir: string): string => join(dataDir, 'server.log');
