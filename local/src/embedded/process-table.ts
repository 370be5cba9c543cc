import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemErrorCode } from './system-error.js';

const run = promisify(execFile);

/** Whether a process with this id runs. A zombie (ended, not yet reaped by its parent) does not. */
export async function isRunning(pid: number): Promise<boolean> {
  if (!exists(pid)) return false;
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => null);
  // No /proc (macOS), or a zombie that its parent reaped between the two looks.
  if (stat === null) return exists(pid);
  return stat.slice(stat.lastIndexOf(')') + 2).charAt(0) !== 'Z';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return systemErrorCode(error) === 'EPERM';
  }
}

/** The command line of a running process, arguments joined by spaces; '' when there is none. */
export async function commandLine(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
  } catch {
    // No /proc (macOS), or the process is gone: ps knows both.
    const answer = await run('ps', ['-p', String(pid), '-o', 'command=']).catch(() => ({ stdout: '' }));
    return answer.stdout.trim();
  }
}

/**
 * Ends a process left over from an earlier run: by signal, then by KILL after the deadline.
 * Does nothing unless the process's command line holds `mark`: the system may have given the id to a stranger.
 *
 * @returns whether there was such a process
 */
export async function endLeftover(
  pid: number,
  mark: string,
  signal: NodeJS.Signals,
  deadlineMs: number,
): Promise<boolean> {
  if (!(await isRunning(pid)) || !(await commandLine(pid)).includes(mark)) return false;
  process.kill(pid, signal);
  if (!(await goneWithin(pid, deadlineMs))) {
    process.kill(pid, 'SIGKILL');
    if (!(await goneWithin(pid, deadlineMs))) throw new Error(`process ${String(pid)} survived SIGKILL`);
  }
  return true;
}

/** Waits until the process is gone; false when it still runs after the deadline. */
export async function goneWithin(pid: number, deadlineMs: number): Promise<boolean> {
  const deadline = performance.now() + deadlineMs;
  while (await isRunning(pid)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
