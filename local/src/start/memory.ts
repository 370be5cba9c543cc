import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly rssKb: number;
}

/**
 * Resident memory in MB of the given processes and all their descendants. Pages that several share (PostgreSQL's buffers)
 * count for each of them, so the true need is lower.
 */
export async function residentMb(roots: readonly number[]): Promise<number> {
  const processes = await listProcesses();
  const wanted = new Set(roots);
  for (let found = -1; found !== wanted.size;) {
    found = wanted.size;
    for (const { pid, parent } of processes) if (wanted.has(parent)) wanted.add(pid);
  }
  const sumKb = processes.filter(({ pid }) => wanted.has(pid)).reduce((sum, { rssKb }) => sum + rssKb, 0);
  return Math.round(sumKb / 1024);
}

async function listProcesses(): Promise<Process[]> {
  const ids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  if (ids.length > 0) return (await Promise.all(ids.map(readStatus))).flatMap((each) => each ?? []);
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, parent, rssKb]) =>
      pid === undefined || parent === undefined || rssKb === undefined ? [] : { pid, parent, rssKb },
    );
}

/** Undefined for a process that has ended meanwhile. */
async function readStatus(id: string): Promise<Process | undefined> {
  const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => undefined);
  if (status === undefined) return undefined;
  const number = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { pid: Number(id), parent: number('PPid'), rssKb: number('VmRSS') };
}
