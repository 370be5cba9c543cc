import { type Daemon } from './daemon.js';

/** A server of ours on 127.0.0.1. Its life: running → stop() or kill() → start() → running … → dispose(). */
export interface EmbeddedServer {
  /** The same for the server's whole life. */
  readonly port: number;
  readonly logFile: string;
  /** Of the running process, or of the last one. Changes with each start(). */
  readonly pid: number;
  /** Of the same process: resolves when it is gone, with how it ended. */
  readonly exited: Promise<string>;
  /** In good order: what was acknowledged is on disk, and clients are told to go. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; resolves when it serves clients. Does nothing while it runs. */
  start(): Promise<void>;
  /** Ends it and removes its data if they were temporary. */
  dispose(): Promise<void>;
}

export interface ServerRun extends Pick<EmbeddedServer, 'port' | 'logFile'> {
  /** Resolves when the new process serves clients. */
  readonly begin: () => Promise<Daemon>;
  readonly dispose: (last: Daemon) => Promise<void>;
}

/** Begins the first process of a server. */
export async function startServer({ port, logFile, begin, dispose }: ServerRun): Promise<EmbeddedServer> {
  let daemon = await begin();
  return {
    port,
    logFile,
    get pid() {
      return daemon.pid;
    },
    get exited() {
      return daemon.exited;
    },
    stop: () => daemon.stop(),
    kill: () => daemon.kill(),
    start: async () => {
      if (!daemon.isRunning) daemon = await begin();
    },
    dispose: () => dispose(daemon),
  };
}
