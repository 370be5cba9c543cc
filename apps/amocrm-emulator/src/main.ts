import { ConfigError, readConfig } from './config.js';
import { startEmulator, type RunningEmulator } from './emulator.js';

/** One event, one line; request bodies, and with them phone numbers, are never logged. */
function log(level: 'info' | 'error', msg: string, more: Record<string, unknown> = {}): void {
  process.stdout.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), name: 'amocrm-emulator', msg, ...more })}\n`,
  );
}

async function run(): Promise<void> {
  const { listingLagMs, ...config } = readConfig(process.env);
  const emulator = await startEmulator({ ...config, settings: { listingLagMs } });
  for (const { id, url, accountId } of emulator.portals) log('info', 'portal is open', { portal: id, url, accountId });
  stopOnSignal(emulator);
}

function stopOnSignal(emulator: RunningEmulator): void {
  const stop = (signal: string) => {
    log('info', 'stopping', { signal });
    emulator.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log('error', 'could not stop', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

run().catch((error: unknown) => {
  if (error instanceof ConfigError) log('error', error.message);
  else if (isPortInUse(error)) log('error', `${error.message}; set AMOCRM_EMULATOR_PORT to a free port`);
  else log('error', 'could not start', { error: error instanceof Error ? error.stack : String(error) });
  process.exitCode = 1;
});

function isPortInUse(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
