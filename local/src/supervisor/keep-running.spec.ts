import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from '../postgres/start-postgres.js';
import { type Kept, keepRunning } from './keep-running.js';

describe('keepRunning', () => {
  const stopping = new AbortController();
  afterEach(() => stopping.abort());

  it('npm start went on without a database when PostgreSQL was killed', async () => {
    const server = await startPostgres({ isDurable: false });
    try {
      const told: string[] = [];
      let ready: () => void = () => undefined;
      const isReadyAgain = new Promise<void>((resolve) => (ready = resolve));
      const report = (line: string): void => {
        told.push(line);
        if (line.endsWith('is ready again')) ready();
      };
      const kept: Kept = {
        name: 'PostgreSQL',
        get exited() {
          return server.exited;
        },
        startAgain: () => server.start(),
      };
      const keeping = keepRunning(kept, { report, firstDelayMs: 10, signal: stopping.signal });

      process.kill(server.pid, 'SIGKILL');
      await isReadyAgain;
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      await client.end();
      expect(told).toEqual(['PostgreSQL ended (SIGKILL): starting it again in 0.01 s', 'PostgreSQL is ready again']);

      stopping.abort();
      await keeping;
    } finally {
      await server.dispose();
    }
  });

  it('tells of a start that failed and tries again', async () => {
    const told: string[] = [];
    let starts = 0;
    const kept: Kept = {
      name: 'a server',
      get exited() {
        return starts < 3 ? Promise.resolve('exit code 1') : new Promise<string>(() => undefined);
      },
      startAgain: async () => {
        starts += 1;
        if (starts === 2) throw new Error('port in use');
        if (starts === 3) setImmediate(() => last.abort());
        return Promise.resolve();
      },
    };
    const last = new AbortController();
    await keepRunning(kept, { report: (line) => told.push(line), firstDelayMs: 1, signal: last.signal });
    expect(told).toEqual([
      'a server ended (exit code 1): starting it again in 0.001 s',
      'a server is ready again',
      'a server ended (exit code 1): starting it again in 0.002 s',
      'port in use',
      'a server ended (exit code 1): starting it again in 0.004 s',
      'a server is ready again',
    ]);
  });
});
