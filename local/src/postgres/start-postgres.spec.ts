import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PortInUseError } from '../embedded/ports.js';
import { isRunning } from '../embedded/process-table.js';
import { withUsedPort } from '../spec/used-port.js';
import { type EmbeddedPostgres, startPostgres } from './start-postgres.js';

const SLOW_MS = 60_000;

describe('an embedded PostgreSQL server', () => {
  const servers: EmbeddedPostgres[] = [];
  const directories: string[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.dispose();
    for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
  });

  async function start(options?: Parameters<typeof startPostgres>[0]): Promise<EmbeddedPostgres> {
    const server = await startPostgres(options);
    servers.push(server);
    return server;
  }

  async function ask(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it(
    'keeps what was committed through a stop and through a kill',
    async () => {
      const server = await start();
      await ask(server, 'create table kept (n int)');
      await ask(server, 'insert into kept values (1)');
      await server.stop();
      await server.start();
      await ask(server, 'insert into kept values (2)');
      await server.kill();
      await server.start();
      expect(await ask(server, 'select n from kept order by n')).toEqual([{ n: 1 }, { n: 2 }]);
    },
    SLOW_MS,
  );

  it(
    'knows upper and lower case of Cyrillic letters',
    async () => {
      const server = await start({ isDurable: false });
      expect(await ask(server, `select lower('ЗВОНОК') as word`)).toEqual([{ word: 'звонок' }]);
    },
    SLOW_MS,
  );

  it(
    'keeps its data directory, password and databases between runs, and takes the place of a leftover server',
    async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'perezvon-spec-'));
      // As root PostgreSQL runs as another user, who has to reach it.
      await chmod(dataDir, 0o711);
      directories.push(dataDir);
      const leftover = await start({ dataDir });
      await ask(leftover, 'create table kept (n int)');
      const successor = await start({ dataDir, port: leftover.port });
      expect(await isRunning(leftover.pid)).toBe(false);
      expect(successor.url).toBe(leftover.url);
      expect(await ask(successor, 'select n from kept')).toEqual([]);
    },
    SLOW_MS,
  );

  it(
    'leaves neither process nor temporary data behind',
    async () => {
      const server = await start();
      const { pid, logFile } = server;
      await server.dispose();
      expect(await isRunning(pid)).toBe(false);
      expect(existsSync(logFile)).toBe(false);
    },
    SLOW_MS,
  );

  it('refuses a port that somebody listens on', async () => {
    await withUsedPort((port) => expect(start({ port })).rejects.toBeInstanceOf(PortInUseError));
  });
});
