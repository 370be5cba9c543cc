import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Daemon } from '../embedded/daemon.js';
import { assertPortFree, freePort } from '../embedded/ports.js';
import { endLeftover } from '../embedded/process-table.js';
import { type EmbeddedServer, startServer } from '../embedded/server.js';
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

/** One Apache Kafka broker. */
export interface EmbeddedKafka extends EmbeddedServer {
  /** `host:port`, as KAFKA_BROKERS takes it; the same for the broker's whole life. */
  readonly brokers: string;
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
    const server = await startServer({
      port,
      logFile: logFileIn(dataDir),
      begin: () => startBroker(jars, dataDir, port, isTemporary),
      dispose: async (broker) => {
        // Nobody reads temporary data again: no need to close it in good order.
        await (isTemporary ? broker.kill() : broker.stop());
        if (isTemporary) await rm(dataDir, { recursive: true, force: true });
      },
    });
    return Object.assign(server, { brokers: `127.0.0.1:${String(port)}` });
  } catch (error) {
    if (isTemporary) await rm(dataDir, { recursive: true, force: true });
    throw error;
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
