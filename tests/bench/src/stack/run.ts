import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePorts, portVariables } from '@perezvon/local';
import { median, type Row } from '../rows.js';

interface Start {
  readonly seconds: number;
  readonly megabytes: number;
}

/**
 * `npm start` on a machine that has everything installed and compiled, with data of its own that begins with none: from
 * the command to `ready`, and what all its processes (Kafka, Postgres, four services, emulator, page) hold then.
 */
export async function benchStack(runs: number, say: (line: string) => void): Promise<Row[]> {
  const starts: Start[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const start = await startOnce();
    starts.push(start);
    say(`run ${String(run)}: ${String(start.seconds)} s to ready, ${String(start.megabytes)} MB`);
  }
  return [
    rowOf(
      'stack_ready_s',
      's',
      starts.map(({ seconds }) => seconds),
    ),
    rowOf(
      'stack_rss_mb',
      'MB',
      starts.map(({ megabytes }) => megabytes),
    ),
  ];
}

/** The proving run's data is its own and fresh each time (`--once`); its calls are not waited for. */
async function startOnce(): Promise<Start> {
  const ports = portVariables(await freePorts());
  const child = spawn(process.execPath, ['local/bin/start.mjs', '--once'], {
    cwd: fileURLToPath(new URL('../../../../', import.meta.url)),
    env: { ...process.env, ...ports },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const said: string[] = [];
  let start: Start | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    const [, seconds, megabytes] = /^([\d.]+) s to ready, (\d+) MB resident/.exec(line) ?? [];
    if (seconds === undefined) continue;
    start = { seconds: Number(seconds), megabytes: Number(megabytes) };
    child.kill('SIGTERM');
  }
  await ended;
  if (start === undefined) throw new Error(`npm start did not come to ready:\n${said.slice(-20).join('\n')}`);
  return start;
}

function rowOf(id: string, unit: string, runs: readonly number[]): Row {
  return { id, value: median(runs), unit, goal: 'reported', met: true, runs };
}
