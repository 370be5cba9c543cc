import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { Daemon, logTail } from '../embedded/daemon.js';
import { assertPortFree, freePort } from '../embedded/ports.js';
import { commandLine, endLeftover, isRunning } from '../embedded/process-table.js';
import { type EmbeddedServer, startServer } from '../embedded/server.js';
import { repositoryRoot } from '../paths.js';
import { type PostgresBinaries, postgresBinaries } from './binaries.js';
import { type SystemUser, canReach, unprivilegedUser } from './system-user.js';

const run = promisify(execFile);

const START_DEADLINE_MS = 60_000;
const LEFTOVER_DEADLINE_MS = 10_000;
/** PostgreSQL's own words, with LC_ALL=C. */
const MEMORY_STILL_HELD = 'is still in use';
const SUPERUSER = 'postgres';

export interface PostgresOptions {
  /** A free port when absent. */
  readonly port?: number;
  /**
   * Keeps the databases between runs. When absent: a temporary directory, removed by dispose().
   * Where the system user that must run PostgreSQL cannot reach it, a directory below /var/tmp takes its place.
   */
  readonly dataDir?: string;
  /** False for tests: committed data may be lost in a power cut, and commits cost no disk flush. Default true. */
  readonly isDurable?: boolean;
}

/** One PostgreSQL server. */
export interface EmbeddedPostgres extends EmbeddedServer {
  /** Superuser's URL of the maintenance database `postgres`; the same for the server's whole life. */
  readonly url: string;
}

interface Installation {
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
  readonly baseDir: string;
  readonly isTemporary: boolean;
  readonly isDurable: boolean;
  readonly port: number;
  readonly url: string;
}

/**
 * Starts PostgreSQL and resolves when it takes connections (0.1 s, and 1.3 s more for new data).
 * Ends a server that an earlier run left on the same data.
 *
 * @throws PortInUseError; Error with the end of the server's log
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const user = await unprivilegedUser();
  const isTemporary = options.dataDir === undefined;
  const baseDir = isTemporary ? await temporaryDir(user) : await reachableDir(user, options.dataDir);
  try {
    await endLeftoverServer(baseDir);
    if (options.port !== undefined) await assertPortFree(options.port);
    const port = options.port ?? (await freePort());
    const binaries = await postgresBinaries(user, substituteDir());
    const password = await initialise(baseDir, binaries, user, options.isDurable ?? true);
    const url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${String(port)}/postgres`;
    const isDurable = options.isDurable ?? true;
    const server = await startServer({
      port,
      logFile: logFileIn(baseDir),
      begin: () => startPostmaster({ binaries, user, baseDir, isTemporary, isDurable, port, url }),
      dispose: async (postmaster) => {
        await postmaster.stop();
        if (isTemporary) await rm(baseDir, { recursive: true, force: true });
      },
    });
    return Object.assign(server, { url });
  } catch (error) {
    if (isTemporary) await rm(baseDir, { recursive: true, force: true });
    throw error;
  }
}

/** Ends a server that an earlier run left on this data directory. */
export async function endPostgresLeftBehind(dataDir: string): Promise<void> {
  await endLeftoverServer(await postgresDataDir(dataDir));
}

/** Where the data of `dataDir` are in truth: elsewhere when PostgreSQL's system user cannot reach it. */
export async function postgresDataDir(dataDir: string): Promise<string> {
  return reachableDir(await unprivilegedUser(), dataDir);
}

async function startPostmaster(installation: Installation): Promise<Daemon> {
  await forgetStranger(installation.baseDir);
  const giveUpAt = performance.now() + LEFTOVER_DEADLINE_MS;
  for (;;) {
    const daemon = await Daemon.start({
      name: 'PostgreSQL',
      command: installation.binaries.postgres,
      args: [
        '-D',
        clusterIn(installation.baseDir),
        '-p',
        String(installation.port),
        ...settings(installation.isDurable),
      ],
      env: { ...process.env, LC_ALL: 'C' },
      user: installation.user,
      logFile: logFileIn(installation.baseDir),
      // INT is PostgreSQL's "fast" stop; TERM would wait for clients to go.
      stopSignal: 'SIGINT',
      removeAfterDeath: installation.isTemporary ? installation.baseDir : undefined,
    });
    try {
      await daemon.untilUsable(() => connectOnce(installation.url), START_DEADLINE_MS);
      return daemon;
    } catch (error) {
      await daemon.kill();
      // The processes of a server that was killed go within moments, each by itself; until then a new one is refused.
      const isTooEarly = (await logTail(logFileIn(installation.baseDir))).includes(MEMORY_STILL_HELD);
      if (!isTooEarly || performance.now() > giveUpAt) throw error;
    }
  }
}

function settings(isDurable: boolean): string[] {
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    // Few and small processes: this server shares a developer's machine with the whole stack.
    shared_buffers: '64MB',
    io_method: 'sync',
    jit: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...(isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function connectOnce(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that dies after the answer must not become an unhandled 'error' event.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } finally {
    await client.end();
  }
}

/** Makes the database cluster when it is missing; returns the superuser's password, made anew for each cluster. */
async function initialise(
  baseDir: string,
  binaries: PostgresBinaries,
  user: SystemUser | undefined,
  isDurable: boolean,
): Promise<string> {
  const cluster = clusterIn(baseDir);
  const passwordFile = join(baseDir, 'superuser-password');
  const isComplete = await readFile(join(baseDir, 'initialised')).then(
    () => true,
    () => false,
  );
  if (isComplete) return (await readFile(passwordFile, 'utf8')).trim();

  // An initdb that was cut short left a cluster that nobody can use.
  await rm(cluster, { recursive: true, force: true });
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  if (user !== undefined) {
    await chown(cluster, user.uid, user.gid);
    await chown(passwordFile, user.uid, user.gid);
  }
  await run(
    binaries.initdb,
    [
      `--pgdata=${cluster}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // Byte order for indexes, Unicode rules for upper and lower case, and no dependence on the machine's locales.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(isDurable ? [] : ['--no-sync']),
    ],
    { cwd: '/', env: { ...process.env, LC_ALL: 'C' }, ...(user ?? {}) },
  );
  await writeFile(join(baseDir, 'initialised'), '');
  return (await readFile(passwordFile, 'utf8')).trim();
}

async function endLeftoverServer(baseDir: string): Promise<void> {
  const pid = await recordedPid(baseDir);
  if (pid > 0) await endLeftover(pid, clusterIn(baseDir), 'SIGINT', LEFTOVER_DEADLINE_MS);
}

/**
 * PostgreSQL refuses to start while the process named in postmaster.pid lives. After a power cut that may be a stranger who
 * got the id. Otherwise the file stays: PostgreSQL needs it to see that processes of a killed server still hold its memory.
 */
async function forgetStranger(baseDir: string): Promise<void> {
  const pid = await recordedPid(baseDir);
  if (pid <= 0 || !(await isRunning(pid)) || (await commandLine(pid)).includes(clusterIn(baseDir))) return;
  await rm(join(clusterIn(baseDir), 'postmaster.pid'), { force: true });
}

async function recordedPid(baseDir: string): Promise<number> {
  const content = await readFile(join(clusterIn(baseDir), 'postmaster.pid'), 'utf8').catch(() => '');
  return Number(content.split('\n')[0] ?? '');
}

async function temporaryDir(user: SystemUser | undefined): Promise<string> {
  const parent = user === undefined || (await canReach(user, tmpdir())) ? tmpdir() : '/var/tmp';
  const dir = await mkdtemp(join(parent, 'perezvon-postgres-'));
  await chmod(dir, 0o711);
  return dir;
}

async function reachableDir(user: SystemUser | undefined, dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  if (user === undefined || (await canReach(user, dataDir))) return dataDir;
  const substitute = join(substituteDir(), createHash('sha256').update(dataDir).digest('hex').slice(0, 12));
  await mkdir(substitute, { recursive: true, mode: 0o711 });
  return substitute;
}

/** One per repository: several clones on a machine must not share data. */
function substituteDir(): string {
  return join('/var/tmp', `perezvon-${createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 12)}`);
}

const clusterIn = (baseDir: string): string => join(baseDir, 'cluster');
const logFileIn = (baseDir: string): string => join(baseDir, 'server.log');
