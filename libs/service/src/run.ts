import { ConfigError } from './config.js';
import { createLogger, type Logger } from './log.js';

/** What a running service must offer to be stopped by a signal: what `startService` gives. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** The process as {@link runMain} uses it; a spec puts its own in place. */
export interface ProcessHost {
  on(event: 'SIGTERM' | 'SIGINT' | 'SIGUSR1', listener: (signal: NodeJS.Signals) => void): unknown;
  on(event: 'unhandledRejection' | 'uncaughtException', listener: (error: unknown) => void): unknown;
  exit(code: number): void;
  readonly stderr: { write(text: string): unknown };
}

/** EX_CONFIG of sysexits.h: restarting will not help, the environment must be mended. */
const exitConfig = 78;

/**
 * A service's `main`: starts it and answers for the process from then on.
 *
 *     starting ──started──▶ running ──SIGTERM, SIGINT──▶ stopping ──stopped──▶ exit 0
 *        │ environment wrong: exit 78      │                 └ second signal, failure, deadline ──▶ exit 1
 *        └ other failure: exit 1           └ unhandled rejection, uncaught exception ──▶ exit 1
 *
 * An exception that nobody caught ends the process at once: its state is unknown, what it was doing is not committed,
 * and a fresh process takes it up again. A signal while starting is obeyed when the start is through.
 */
export async function runMain(
  name: string,
  start: () => Promise<Stoppable>,
  host: ProcessHost = process,
): Promise<void> {
  const logger = createLogger({ service: name, level: 'info' });
  let running: Stoppable | undefined;
  let isStopping = false;

  const stop = (signal: string): void => {
    if (isStopping) {
      logger.error({ signal }, 'second signal while stopping: exit at once');
      host.exit(1);
      return;
    }
    isStopping = true;
    logger.info({ signal }, 'stopping');
    if (running !== undefined) void stopAndExit(running, logger, host);
  };
  const crash = (error: unknown): void => {
    logger.fatal({ err: error }, 'an error that nobody handles: exit');
    host.exit(1);
  };
  host.on('SIGTERM', stop);
  host.on('SIGINT', stop);
  // Without a listener Node opens its debugger, and with it a heap dump with every token, to whoever is on the machine.
  host.on('SIGUSR1', (signal) => logger.warn({ signal }, 'no debugger here: it would show secrets'));
  host.on('unhandledRejection', crash);
  host.on('uncaughtException', crash);

  try {
    running = await start();
  } catch (error) {
    if (error instanceof ConfigError) {
      host.stderr.write(`${name}: ${error.message}\n`);
      host.exit(exitConfig);
    } else {
      logger.fatal({ err: error }, 'could not start');
      host.exit(1);
    }
    return;
  }
  if (isStopping) await stopAndExit(running, logger, host);
}

/** For `onCannotConsume` and its like: the part is beyond repair, a fresh process may do better. */
export function exitBecause(logger: Logger, reason: string): (error: unknown) => void {
  return (error) => {
    logger.fatal({ err: error }, reason);
    process.exit(1);
  };
}

async function stopAndExit(running: Stoppable, logger: Logger, host: ProcessHost): Promise<void> {
  try {
    await running.stop();
    logger.info({}, 'stopped');
    host.exit(0);
  } catch (error) {
    logger.fatal({ err: error }, 'did not stop cleanly');
    host.exit(1);
  }
}
