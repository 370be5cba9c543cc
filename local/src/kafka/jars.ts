import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemErrorCode } from '../embedded/system-error.js';
import { localDir, repositoryRoot } from '../paths.js';

const run = promisify(execFile);

const pom = join(repositoryRoot, 'local', 'kafka', 'pom.xml');

/**
 * The directory with Apache Kafka's jars, fetched through Maven when they are missing (45 jars, 43 MB).
 * Its name holds the pom's hash, so another Kafka version gets another directory.
 *
 * @throws when Maven is missing or cannot fetch; the message says what to do
 */
export async function ensureKafkaJars(): Promise<string> {
  const dir = await kafkaJarsDir();
  if ((await readdir(dir).catch(() => [])).length > 0) return dir;

  const parent = join(localDir, 'kafka-libs');
  await mkdir(parent, { recursive: true });
  const staging = await mkdtemp(join(parent, 'fetching-'));
  try {
    await fetchWithMaven(staging);
    await rename(staging, dir);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Several test runs may fetch at once; the first rename wins and the others use its result.
    if ((await readdir(dir).catch(() => [])).length === 0) throw error;
  }
  return dir;
}

/** Where the jars of the current pom belong, whether or not they are there. */
export async function kafkaJarsDir(): Promise<string> {
  const hash = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex');
  return join(localDir, 'kafka-libs', hash.slice(0, 12));
}

async function fetchWithMaven(into: string): Promise<void> {
  const goal = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${into}`];
  try {
    await run('mvn', [...goal, '-DincludeScope=runtime'], { maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      throw new Error(
        "Apache Maven (mvn) is needed to fetch Kafka's jars: install it (Debian: apt-get install maven)",
        {
          cause: error,
        },
      );
    }
    // Maven writes its errors to standard output; the cause's message holds only the command.
    const output = typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout).trim() : '';
    throw new Error(`Maven could not fetch Kafka's jars from Maven Central:\n${output}`, { cause: error });
  }
}
