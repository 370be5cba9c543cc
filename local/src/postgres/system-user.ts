import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. As root it runs as `postgres` where that user exists, else as `nobody`: no account is
 * added to the machine. Otherwise undefined: it runs as we do.
 */
export async function unprivilegedUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name);
    if (account !== undefined) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error(
    'PostgreSQL cannot run as root and this machine has neither a user "postgres" nor "nobody": run as another user',
  );
}

/** Whether the user may enter the directory and every directory above it. Directories that are not there yet do not count. */
export async function canReach(user: SystemUser, directory: string): Promise<boolean> {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined);
    if (found !== undefined) {
      const shift = found.uid === user.uid ? 6 : found.gid === user.gid ? 3 : 0;
      if (((found.mode >> shift) & 1) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
}
