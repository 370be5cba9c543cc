import { VirtualClock } from '../clock.js';
import { startEmulator, type EmulatorOptions, type RunningEmulator } from '../emulator.js';
import { Caller, TOKEN } from './caller.js';

export interface OpenEmulator {
  readonly emulator: RunningEmulator;
  readonly clock: VirtualClock;
  readonly amo: Caller;
}

/**
 * An emulator for a spec: virtual time, limits too high to get in the way unless the spec is about them, lists without
 * lag unless asked.
 */
export async function openEmulator(options: Partial<EmulatorOptions> = {}): Promise<OpenEmulator> {
  const clock = new VirtualClock();
  const emulator = await startEmulator({
    token: TOKEN,
    clock,
    ...options,
    settings: { listingLagMs: 0, requestsPerSecond: 1000, accountRequestsPerSecond: 1000, ...options.settings },
  });
  return { emulator, clock, amo: new Caller(emulator.url) };
}
