import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One contestant as a process of its own, in a session of its own. */
export interface BenchProcess {
  /** What `work` gives. @throws when the process ends before it */
  unlessItDies<T>(work: Promise<T>): Promise<T>;
  /** Bytes of memory that it holds now. */
  residentBytes(): number;
  /** TERM, and wait. */
  end(): Promise<void>;
}

/** What is running: a session of its own does not hear of the end of ours. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));

/**
 * A session of its own, as a container or a service manager gives it: Linux shares the processors among sessions
 * (autogroup), each of Postgres's backends is one, and processes that share the bench's would be one together.
 */
export function startProcess(
  script: URL,
  env: Readonly<Record<string, string>>,
  nodeFlags: readonly string[] = [],
): BenchProcess {
  const child = spawn(process.execPath, [...nodeFlags, fileURLToPath(script)], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  running.add(child);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.once('exit', () => running.delete(child));
  const died = exited.then((code): never => {
    throw new Error(`${fileURLToPath(script)} ended before the round did, with code ${String(code)}`);
  });
  died.catch(() => undefined); // it also dies when it is told to, and then nobody asks
  return {
    unlessItDies: (work) => Promise.race([work, died]),
    residentBytes: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(child.pid)}/status`, 'utf8'))?.[1]) * 1024,
    end: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
