import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { goneWithin } from './process-table.js';

export interface DaemonOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The system user to run as; ours when absent. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** Standard output and error go here. A file and not a pipe: a server must not die of its reader's death. */
  readonly logFile: string;
  /** What ends the server in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** Removed when we die without ending the server; for data that nobody wants afterwards. */
  readonly removeAfterDeath?: string | undefined;
}

/** Our services end within 20 s by themselves. */
const STOP_DEADLINE_MS = 25_000;
const LOG_TAIL_BYTES = 4_000;

/**
 * A server process of ours: `running → ended`, nothing else.
 *
 * It leads a process group of its own, so Ctrl-C on the terminal reaches us and not it, and we can end things in order.
 * The price is that it would outlive a parent that dies by SIGKILL. Therefore each daemon has a guard: a shell that waits
 * for the end of a pipe that only we hold open, and then ends the server.
 */
export class Daemon {
  private ended: string | undefined;
  private readonly guard: ChildProcess;
  /** Resolves when the process is gone, with how it ended: `exit code 1`, `SIGKILL` … */
  readonly exited: Promise<string>;

  private constructor(
    private readonly options: DaemonOptions,
    private readonly child: ChildProcess,
    readonly pid: number,
  ) {
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.ended = signal ?? `exit code ${String(code)}`;
        // It ended by itself or by us: the guard has nothing left to do, and the id may soon be somebody else's.
        this.guard.kill('SIGKILL');
        resolve(this.ended);
      });
    });
    child.unref();
    this.guard = startGuard(pid, options.stopSignal, options.removeAfterDeath);
  }

  /** @throws when the command cannot be run at all (not installed, not executable) */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const log = openSync(options.logFile, 'w', 0o600);
    try {
      const child = spawn(options.command, options.args, {
        cwd: '/',
        env: options.env ?? process.env,
        detached: true,
        stdio: ['ignore', log, log],
        ...(options.user ?? {}),
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      if (child.pid === undefined) throw new Error(`${options.name}: started without a process id`);
      return new Daemon(options, child, child.pid);
    } finally {
      closeSync(log);
    }
  }

  get isRunning(): boolean {
    return this.ended === undefined;
  }

  /**
   * Waits until `probe` resolves, calling it again and again; a probe that rejects means "not yet".
   *
   * @throws when the process ends or the deadline passes first, with the last lines of the log and the last refusal
   */
  async untilUsable(probe: () => Promise<void>, deadlineMs: number): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      try {
        await probe();
        return;
      } catch (error) {
        if (!this.isRunning) throw await this.failure(`ended while starting (${String(this.ended)})`, error);
        if (performance.now() > deadline) {
          throw await this.failure(`not usable after ${String(deadlineMs / 1000)} s`, error);
        }
      }
      await sleep(30);
    }
  }

  /** Ends the process in good order, by force after 25 s. Resolves when it is gone; at once when it already was. */
  async stop(): Promise<void> {
    await this.end(this.options.stopSignal);
  }

  /** Ends the process as a power cut would (SIGKILL). */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    if (!(await goneWithin(this.pid, STOP_DEADLINE_MS))) {
      this.child.kill('SIGKILL');
      if (!(await goneWithin(this.pid, STOP_DEADLINE_MS))) {
        throw new Error(`${this.options.name}: process ${String(this.pid)} survived SIGKILL`);
      }
    }
    this.ended ??= signal;
  }

  private async failure(what: string, cause: unknown): Promise<Error> {
    const tail = await logTail(this.options.logFile);
    return new Error(`${this.options.name}: ${what}; the end of its log:\n${tail}`, { cause });
  }
}

/** The last lines of a log file, for an error message. */
export async function logTail(logFile: string): Promise<string> {
  const file = await open(logFile, 'r');
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - LOG_TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOG_TAIL_BYTES), 0, LOG_TAIL_BYTES, start);
    return buffer.toString('utf8', 0, bytesRead).trimEnd();
  } finally {
    await file.close();
  }
}

const GUARD_SCRIPT = `
while read -r line; do :; done
kill -s "$1" "$2" 2> /dev/null
tries=0
while kill -0 "$2" 2> /dev/null && [ $tries -lt 50 ]; do sleep 0.2; tries=$((tries + 1)); done
kill -s KILL "$2" 2> /dev/null
if [ -n "$3" ]; then rm -rf "$3"; fi
`;

function startGuard(pid: number, signal: NodeJS.Signals, removeAfterDeath: string | undefined): ChildProcess {
  const args = ['-c', GUARD_SCRIPT, 'guard', signal.replace('SIG', ''), String(pid), removeAfterDeath ?? ''];
  const guard = spawn('sh', args, { cwd: '/', detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  guard.unref();
  // A pipe of a child process is a socket; unreferenced, it does not keep us running.
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return guard;
}
