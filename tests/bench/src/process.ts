import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One contestant as a process of its own. */
export interface BenchProcess {
  /** What `work` gives. @throws when the process ends before it */
  unlessItDies<T>(work: Promise<T>): Promise<T>;
  /** Bytes of memory that it holds now. */
  residentBytes(): number;
  /** TERM, and wait. */
  end(): Promise<void>;
}

export function startProcess(script: URL, env: Readonly<Record<string, string>>): BenchProcess {
  const child = spawn(process.execPath, [fileURLToPath(script)], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
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
