import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../embedded/ports.js';
import { isRunning } from '../embedded/process-table.js';
import { type ProgramOptions, Supervisor, answersOk } from './supervisor.js';

/** Answers 200 after its third question, notes its end, and ends when told to. */
const SERVICE = `
import { createServer } from 'node:http';
import { appendFileSync } from 'node:fs';
let questions = 0;
createServer((_, response) => response.writeHead(++questions < 3 ? 503 : 200).end('questions: ' + questions))
  .listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => {
  appendFileSync(process.env.ENDS, process.env.NAME + ' ');
  process.exit(0);
});
`;

describe('the supervisor', () => {
  let dir: string;
  let supervisor: Supervisor;
  let reports: string[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'perezvon-spec-'));
    reports = [];
    supervisor = newSupervisor();
  });
  afterEach(async () => {
    await supervisor.stop();
    await rm(dir, { recursive: true, force: true });
  });

  function newSupervisor(): Supervisor {
    const report = (line: string): void => void reports.push(line);
    const options = { logDir: join(dir, 'logs'), pidDir: join(dir, 'run'), report };
    return new Supervisor({ ...options, readyDeadlineMs: 20_000, firstRestartDelayMs: 10 });
  }

  async function program(name: string, source: string): Promise<ProgramOptions & { url: string }> {
    const script = join(dir, `${name}.mjs`);
    await writeFile(script, source);
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const env = { ...process.env, PORT: port, NAME: name, ENDS: join(dir, 'ends') };
    return { name, script, env, probe: answersOk(url), url };
  }

  async function until(condition: () => boolean): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`never happened; reports: ${reports.join('\n')}`);
      await sleep(10);
    }
  }

  it('calls a program started when its probe is satisfied, not when its port is open', async () => {
    const service = await program('a', SERVICE);
    await supervisor.start(service);
    const answer = await fetch(service.url);
    expect(await answer.text()).toBe('questions: 4');
  });

  it('ends the programs in the reverse order, and leaves none running', async () => {
    for (const name of ['first', 'second', 'third']) await supervisor.start(await program(name, SERVICE));
    const { pids } = supervisor;
    await supervisor.stop();
    expect(await readFile(join(dir, 'ends'), 'utf8')).toBe('third second first ');
    expect(pids).toHaveLength(3);
    expect(await Promise.all(pids.map(isRunning))).toEqual([false, false, false]);
  });

  it('fails a start whose program ends, with the end of its log', async () => {
    const broken = await program('broken', `console.error('SETTINGS is not set'); process.exit(78);`);
    await expect(supervisor.start(broken)).rejects.toThrow(/exit code 78[^]*SETTINGS is not set/);
  });

  it('starts a killed program again and says so', async () => {
    await supervisor.start(await program('a', SERVICE));
    const before = supervisor.pidOf('a') ?? 0;
    process.kill(before, 'SIGKILL');
    await until(() => reports.includes('a is ready again'));
    expect(reports[0]).toBe('a ended (SIGKILL): starting it again in 0.01 s');
    expect(supervisor.pidOf('a')).not.toBe(before);
  });

  it('does not start a program again that calls its environment wrong', async () => {
    const service = await program('a', `${SERVICE}\nprocess.on('SIGUSR2', () => process.exit(78));`);
    await supervisor.start(service);
    process.kill(supervisor.pidOf('a') ?? 0, 'SIGUSR2');
    await until(() => reports.some((line) => line.startsWith('a cannot run in this environment')));
    expect(supervisor.pids).toEqual([]);
  });

  it('tells how a program without a probe has ended', async () => {
    const player = await program('player', 'process.exit(3)');
    await supervisor.start({ name: player.name, script: player.script, env: player.env });
    expect(await supervisor.finished('player')).toBe('exit code 3');
  });

  it('ends what a supervisor that was killed left running', async () => {
    await supervisor.start(await program('a', SERVICE));
    const leftover = supervisor.pidOf('a') ?? 0;
    await newSupervisor().endLeftovers();
    expect(await readFile(join(dir, 'ends'), 'utf8')).toContain('a');
    expect(supervisor.pidOf('a')).not.toBe(leftover);
  });
});
