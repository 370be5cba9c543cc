import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { commandLine, isRunning } from '../embedded/process-table.js';

/**
 * One `npm start` per data directory: a second one would take the first one's servers for leftovers and end them.
 *
 * @returns what gives the lock back
 * @throws Error when another one runs
 */
export async function takeRunLock(file: string, mark: string): Promise<() => Promise<void>> {
  await mkdir(dirname(file), { recursive: true });
  const holder = Number(await readFile(file, 'utf8').catch(() => ''));
  const isHeld = holder > 0 && holder !== process.pid && (await isRunning(holder));
  if (isHeld && (await commandLine(holder)).includes(mark)) {
    throw new Error(`npm start already runs here (process ${String(holder)}): stop it with Ctrl-C first`);
  }
  await writeFile(file, String(process.pid));
  return () => rm(file, { force: true });
}
