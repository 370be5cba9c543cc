import { execFileSync, spawn } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { isRunning } from './process-table.js';

describe('the process table', () => {
  it('said that a process runs whose zombie was reaped while it looked', async () => {
    for (let round = 0; round < 50; round += 1) {
      const { pid } = spawn('sleep', ['60'], { stdio: 'ignore' });
      if (pid === undefined) throw new Error('sleep did not start');
      process.kill(pid, 'SIGKILL');
      // We, its parent, do not return to the event loop before the looks have begun: it is reaped while they go on.
      while (!stateOf(pid).startsWith('Z'));
      const looks = Array.from({ length: 20 }, () => isRunning(pid));
      expect(await Promise.all(looks)).not.toContain(true);
    }
  });
});

function stateOf(pid: number): string {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' });
}
