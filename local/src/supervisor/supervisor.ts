import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Daemon, logTail } from '../embedded/daemon.js';
import { endLeftover } from '../embedded/process-table.js';
import { type Kept, keepRunning } from './keep-running.js';

/** A program of ours that runs beside us. */
export interface ProgramOptions {
  readonly name: string;
  /** The script that Node runs; also how a leftover of an earlier run is recognised. */
  readonly script: string;
  readonly args?: readonly string[];
  /** Flags of Node itself, such as memory limits. */
  readonly nodeFlags?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Resolves when the program is ready; a rejection means "not yet". Without it a started program is a ready one. */
  readonly probe?: () => Promise<void>;
}

export interface SupervisorOptions {
  readonly logDir: string;
  readonly pidDir: string;
  /** Told in words of everything a person should know: a crash, a restart. */
  readonly report: (line: string) => void;
  readonly readyDeadlineMs?: number;
  /** The wait before the first restart; it doubles up to 30 s and begins anew after a minute of calm. */
  readonly firstRestartDelayMs?: number;
}

const LEFTOVER_DEADLINE_MS = 25_000;
/** EX_CONFIG of sysexits.h, by which our services say that the environment is wrong: another try cannot help. */
const EXIT_CONFIG = 'exit code 78';

/**
 * Runs programs, in the order they were started, and ends them in the reverse order.
 *
 *     starting ── ready ──▶ running ── stop() ──▶ stopped
 *        │                    │ ended by itself
 *        │                    └─▶ waiting (back-off) ──▶ starting
 *        └─ ended or too late: the start fails, with the end of the program's log
 *
 * A program that ends by itself after it was ready is started again: killing a service and watching it recover is a thing
 * that people do here. One that calls its environment wrong (exit code 78) is not.
 */
export class Supervisor {
  private readonly programs: Program[] = [];

  constructor(private readonly options: SupervisorOptions) {}

  /** Starts a program and resolves when it is ready. */
  async start(program: ProgramOptions): Promise<void> {
    const started = new Program(program, this.options);
    this.programs.push(started);
    await started.start();
  }

  /** Ends what a run that was killed left running, by the process ids it noted. */
  async endLeftovers(): Promise<void> {
    const names = await readdir(this.options.pidDir).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.program'))) {
      const file = join(this.options.pidDir, name);
      const [pid, script] = (await readFile(file, 'utf8')).split('\n');
      if (Number(pid) > 0 && script) await endLeftover(Number(pid), script, 'SIGTERM', LEFTOVER_DEADLINE_MS);
      await rm(file, { force: true });
    }
  }

  /** Process ids of what runs now. */
  get pids(): number[] {
    return this.programs.flatMap((program) => program.pid ?? []);
  }

  pidOf(name: string): number | undefined {
    return this.programs.find((program) => program.name === name)?.pid;
  }

  /** Resolves when a program that has no end of its own to expect has ended for good, with its name and its end. */
  async finished(name: string): Promise<string> {
    const program = this.programs.find((each) => each.name === name);
    if (program === undefined) throw new Error(`no program ${name}`);
    return program.exited;
  }

  /** Ends everything in the reverse order. Every program is tried, also when one cannot be ended. */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const program of this.programs.splice(0).reverse()) {
      await program.stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not every program could be ended');
  }

  /** Ends everything at once with SIGKILL, for a person who does not want to wait. */
  async kill(): Promise<void> {
    await Promise.all(this.programs.splice(0).map((program) => program.kill()));
  }
}

class Program implements Kept {
  private daemon: Daemon | undefined;
  private readonly stopping = new AbortController();
  private keeping: Promise<void> | undefined;

  constructor(
    private readonly program: ProgramOptions,
    private readonly options: SupervisorOptions,
  ) {}

  get name(): string {
    return this.program.name;
  }

  get exited(): Promise<string> {
    return this.daemon?.exited ?? Promise.resolve('not started');
  }

  get pid(): number | undefined {
    return this.daemon?.isRunning === true ? this.daemon.pid : undefined;
  }

  async start(): Promise<void> {
    await mkdir(this.options.pidDir, { recursive: true });
    await mkdir(this.options.logDir, { recursive: true });
    await this.run();
    if (this.program.probe === undefined) return;
    const { report, firstRestartDelayMs: firstDelayMs } = this.options;
    const { signal } = this.stopping;
    this.keeping = keepRunning(this, { report, signal, ...(firstDelayMs !== undefined && { firstDelayMs }) });
  }

  async startAgain(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      await this.daemon?.kill();
      throw error;
    }
  }

  async whyFinal(end: string): Promise<string | null> {
    if (end !== EXIT_CONFIG) return null;
    return `${this.name} cannot run in this environment:\n${await logTail(this.logFile)}`;
  }

  async stop(): Promise<void> {
    await this.end((daemon) => daemon.stop());
  }

  async kill(): Promise<void> {
    await this.end((daemon) => daemon.kill());
  }

  private async end(how: (daemon: Daemon) => Promise<void>): Promise<void> {
    this.stopping.abort();
    if (this.daemon !== undefined) await how(this.daemon);
    await this.keeping;
    // A restart may have been under way when we were told to end.
    if (this.daemon?.isRunning === true) await how(this.daemon);
    await rm(this.pidFile, { force: true });
  }

  private async run(): Promise<void> {
    const { name, script, args = [], nodeFlags = [], env, probe } = this.program;
    const daemon = await Daemon.start({
      name,
      command: process.execPath,
      args: [...nodeFlags, script, ...args],
      env,
      logFile: this.logFile,
      stopSignal: 'SIGTERM',
    });
    this.daemon = daemon;
    await writeFile(this.pidFile, `${String(daemon.pid)}\n${script}`);
    if (this.stopping.signal.aborted) {
      await daemon.stop();
      throw new Error(`${name} was told to stop while it started`);
    }
    if (probe !== undefined) await daemon.untilUsable(probe, this.options.readyDeadlineMs ?? 60_000);
  }

  private get pidFile(): string {
    return join(this.options.pidDir, `${this.name}.program`);
  }

  private get logFile(): string {
    return join(this.options.logDir, `${this.name}.log`);
  }
}

/** A probe that is satisfied by an answer with status 200. */
export function answersOk(url: string): () => Promise<void> {
  return async () => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${url} answers ${String(answer.status)}: ${text.slice(0, 500)}`);
  };
}
