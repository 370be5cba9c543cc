import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export const say = (line) => process.stdout.write(`${line}\n`);

/** A step that failed for a reason which the person has been told: no stack trace. */
export class ToldError extends Error {}

/** Does a step; after a second it is announced, and at its end its seconds are shown. */
export async function step(what, work) {
  const since = performance.now();
  let isAnnounced = false;
  const timer = setTimeout(() => {
    isAnnounced = true;
    say(`${what} …`);
  }, 1_000);
  try {
    const result = await work();
    if (isAnnounced) say(`${what}: ${((performance.now() - since) / 1000).toFixed(1)} s`);
    return result;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program without standard input; its output goes to the terminal only if it fails. @throws ToldError */
export async function quietly(command, args, options = {}) {
  const { code, output } = await capture(command, args, options);
  if (code === 0) return output;
  throw new ToldError(`${[command, ...args].join(' ')} failed (${code}):\n${output.trimEnd()}`);
}

/** Runs a program with its output on the terminal; resolves with its exit code. */
export async function visibly(command, args, options = {}) {
  return run(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] }, () => undefined);
}

/** Exit code and output of a program; code 127 when it is not installed. */
export async function capture(command, args, options = {}) {
  const chunks = [];
  const collect = (child) => {
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
  };
  const code = await run(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] }, collect);
  return { code, output: Buffer.concat(chunks).toString('utf8') };
}

function run(command, args, options, onStart) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options });
    child.on('error', (error) => (error.code === 'ENOENT' ? resolve(127) : reject(error)));
    child.on('close', (code, signal) => resolve(code ?? signal));
    onStart(child);
  });
}
