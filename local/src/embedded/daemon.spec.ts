import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Daemon } from './daemon.js';
import { goneWithin, isRunning } from './process-table.js';

async function temporaryDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'perezvon-spec-'));
}

describe('a server process', () => {
  it('is ended by force when it does not obey, and resolves only when it is gone', async () => {
    const dir = await temporaryDir();
    const args = ['-e', 'setInterval(() => {}, 1000)'];
    const options = { name: 'stubborn', command: process.execPath, args, logFile: join(dir, 'log') };
    const daemon = await Daemon.start({ ...options, stopSignal: 'SIGTERM' });
    await daemon.kill();
    expect(await isRunning(daemon.pid)).toBe(false);
    expect(daemon.isRunning).toBe(false);
    await rm(dir, { recursive: true });
  });

  it('cannot be started with a command that does not exist', async () => {
    const dir = await temporaryDir();
    const options = { name: 'absent', command: join(dir, 'absent'), args: [], logFile: join(dir, 'log') };
    await expect(Daemon.start({ ...options, stopSignal: 'SIGTERM' })).rejects.toMatchObject({ code: 'ENOENT' });
    await rm(dir, { recursive: true });
  });

  it('does not outlive a parent that is killed, and neither do its temporary data', async () => {
    const dir = await temporaryDir();
    const data = await temporaryDir();
    const parentScript = join(dir, 'parent.mjs');
    // A plain Node process: it runs the compiled package, which is built before the tests.
    await writeFile(parentScript, parentSource(join(dir, 'log'), data));
    const parent = spawn(process.execPath, [parentScript], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    });
    const isUp = await isRunning(pid);
    parent.kill('SIGKILL');
    expect(isUp).toBe(true);
    expect(await goneWithin(pid, 15_000)).toBe(true);
    for (let tries = 0; existsSync(data) && tries < 500; tries += 1) await sleep(20);
    expect(existsSync(data)).toBe(false);
    await rm(dir, { recursive: true });
  });
});

function parentSource(logFile: string, data: string): string {
  const compiled = new URL('../../dist/embedded/daemon.js', import.meta.url).href;
  const options = {
    name: 'orphan',
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    logFile,
    stopSignal: 'SIGTERM',
    removeAfterDeath: data,
  };
  return `
    import { Daemon } from ${JSON.stringify(compiled)};
    const daemon = await Daemon.start(${JSON.stringify(options)});
    // Not console.log: it colours numbers where nx asks for colours.
    process.stdout.write(String(daemon.pid));
    setInterval(() => {}, 1000);
  `;
}
