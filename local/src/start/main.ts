import { once } from 'node:events';
import { join } from 'node:path';
import { localDir } from '../paths.js';
import { followCalls } from './call-lines.js';
import { announcement } from './announcement.js';
import { createAccessFile, removeAccessFile } from './access-file.js';
import { parseOptions } from './options.js';
import { readPorts } from './ports.js';
import { Progress, seconds } from './progress.js';
import { isProven, proveSample, table } from './prove-sample.js';
import { takeRunLock } from './run-lock.js';
import { type RunningStack, Stack, reset } from './stack.js';
import { localUrl } from './services.js';
import { SettingsApiClient } from './settings-api-client.js';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * npm start, after dependencies and builds are in place.
 *
 * @param args the command line's
 * @param startedAt when the person pressed Enter, by performance.now()
 * @returns the exit code
 */
export async function main(args: readonly string[], startedAt: number): Promise<number> {
  const options = parseOptions(args);
  const ports = readPorts(process.env);
  // The proving run has data of its own and begins with none; it does not disturb what a person keeps.
  const home = options.isOnce ? join(localDir, 'once') : localDir;
  const release = await takeRunLock(join(home, 'run', 'start.pid'), 'start.mjs');
  try {
    if (options.isReset || options.isOnce) await reset(home);
    const stack = new Stack(home, ports, new Progress(print), print);
    const interrupted = untilInterrupted();
    try {
      return await Promise.race([
        interrupted,
        run(stack, options.isOnce, options.hasSimulator, startedAt, interrupted),
      ]);
    } finally {
      await new Progress(print).step('stopping', () => stack.down());
      await removeAccessFile();
    }
  } finally {
    await release();
  }
}

async function run(
  stack: Stack,
  isOnce: boolean,
  hasSimulator: boolean,
  startedAt: number,
  interrupted: Promise<number>,
): Promise<number> {
  const running = await stack.up();
  await createAccessFile(running);
  for (const line of announcement(running)) print(line);
  const tookMs = performance.now() - startedAt;
  print(`${seconds(tookMs)} s to ready, ${String(await stack.memoryMb())} MB resident in all`);
  print('ready');
  if (isOnce) return playOnce(stack, running);
  if (hasSimulator) await stack.startSimulator(running, false);
  const following = new AbortController();
  const { accountId, accountApiKey } = running.demo;
  const api = new SettingsApiClient(localUrl(running.facts.ports, 'settingsApi'), accountApiKey);
  const lines = followCalls(api, accountId, print, following.signal);
  const code = await interrupted;
  following.abort();
  await lines;
  return code;
}

/** @returns 0 if every expectation of the sample holds */
async function playOnce(stack: Stack, running: RunningStack): Promise<number> {
  const progress = new Progress(print);
  await stack.startSimulator(running, true);
  const end = await progress.step('playing the sample', () => stack.simulatorEnded());
  const proof = await progress.step('waiting for the calls to come to rest', () =>
    proveSample(running.emulatorUrl, running.facts.databaseUrl),
  );
  print('');
  for (const line of table(proof)) print(line);
  if (end !== 'exit code 0') print(`the PBX simulator could not deliver everything (${end}): see its log`);
  const isRight = isProven(proof) && end === 'exit code 0';
  print(isRight ? 'every expectation of the sample holds' : 'NOT every expectation of the sample holds');
  return isRight ? 0 : 1;
}

/** Resolves with exit code 0 on Ctrl-C. The second Ctrl-C does not wait: the guards of the servers end them. */
async function untilInterrupted(): Promise<number> {
  // A pending promise does not keep Node running, and neither do the processes we watch.
  const keepAlive = setInterval(() => undefined, 60_000);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  await Promise.race(signals.map((signal) => once(process, signal)));
  clearInterval(keepAlive);
  for (const signal of signals) process.on(signal, () => process.exit(130));
  return 0;
}
