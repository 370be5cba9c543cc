import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../../', import.meta.url);

/** The product as it is built: nothing of it knows that it is tested. */
export const writerProgram = new URL('apps/amocrm-writer/dist/main.js', root);

/** A compiled file of this package that is loaded into a process before its program. */
export const preload = (name: string): string => new URL(`tests/chaos/dist/preload/${name}.js`, root).href;

export interface ProcessOptions {
  readonly program: URL;
  /** Modules loaded first: kill points, clocks, planted bugs. */
  readonly imports?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Appended to: all that it says. */
  readonly logFile: string;
}

/** One process of a row: running → stopped (frozen) → running … → gone. */
export class WriterProcess {
  readonly exited: Promise<void>;
  private readonly child: ChildProcess;

  constructor({ program, imports = [], env, logFile }: ProcessOptions) {
    const log = openSync(logFile, 'a');
    const flags = imports.flatMap((url) => ['--import', url]);
    this.child = spawn(process.execPath, [...flags, fileURLToPath(program)], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', log, log],
    });
    this.exited = new Promise((resolve) => this.child.once('exit', () => resolve()));
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the process could not be started');
    return this.child.pid;
  }

  get isGone(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** `SIGKILL`, or the exit code: how it ended. */
  get ending(): string {
    return this.child.signalCode ?? String(this.child.exitCode);
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.isGone) this.child.kill(signal);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    // A frozen process hears nothing but KILL.
    this.signal(signal);
    await this.exited;
  }
}
