import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';

/** A service in a process of its own, run from the build, as in production. */
const main = (index: string): string => `
import { Module } from '@nestjs/common';
import pg from 'pg';
import { createLogger, Metrics, readConfig, runMain, startService, startTracing, portConfig, tracesEndpoint } from '${index}';
class Root {}
Module({})(Root);
await runMain('spec', async () => {
  const config = readConfig({ port: portConfig('SPEC_PORT', 0), endpoint: tracesEndpoint });
  const logger = createLogger({ service: 'spec', level: 'info' });
  const stopTracing = await startTracing({ service: 'spec', endpoint: config.endpoint, logger });
  const pool = new pg.Pool({ connectionString: process.env.TEST_DATABASE_URL });
  return startService({
    name: 'spec', module: Root, port: config.port, logger, metrics: new Metrics('spec'),
    configure: (app) => {
      app.use('/v1/pbx', async (_request, response) => {
        await pool.query('select $1::text as phone', ['+79161234567']);
        response.json({});
      });
      app.use('/crash', () => { setImmediate(() => { throw new Error('boom'); }); });
    },
    onStop: async () => { await pool.end(); await stopTracing(); },
  });
});`;

const children: ChildProcess[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(
    children.splice(0).map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }),
  );
  for (const server of servers.splice(0)) server.close();
});

interface Running {
  readonly child: ChildProcess;
  readonly url: string;
  readonly log: string[];
  readonly exited: Promise<unknown>;
}

async function startProcess(env: Record<string, string> = {}): Promise<Running> {
  const index = new URL('../dist/index.js', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', main(index)], {
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const log: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the service exited with ${code} before it was ready`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.push(line);
      const event = JSON.parse(line) as { msg: string; url?: string };
      if (event.msg === 'ready' && event.url !== undefined) resolve(event.url);
    });
  });
  return { child, url, log, exited: once(child, 'exit').then(([code]) => code as unknown) };
}

describe('a service in its own process', () => {
  it('becomes ready, and exits 0 on SIGTERM', async () => {
    const { child, url, exited } = await startProcess();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('logs an exception that nobody caught and exits 1', async () => {
    const { url, log, exited } = await startProcess();
    await fetch(`${url}/crash`).catch(() => undefined);
    expect(await exited).toBe(1);
    expect(log.join()).toContain('boom');
  });

  it('opens no debugger, which could dump its heap, when it is asked to by SIGUSR1', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const { child, url, log } = await startProcess({ NODE_OPTIONS: `--inspect-port=127.0.0.1:${String(port)}` });
    child.kill('SIGUSR1');
    while (!log.some((line) => line.includes('no debugger here'))) await fetch(`${url}/health/live`);
    await expect(fetch(`http://127.0.0.1:${String(port)}/json/list`)).rejects.toThrow();
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('sends traces of HTTP and Postgres without the secrets and phone numbers of paths and queries', async () => {
    const received: string[] = [];
    const collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push(Buffer.concat(chunks).toString());
        response.end('{}');
      });
    });
    servers.push(collector);
    collector.listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const port = (collector.address() as AddressInfo).port;
    const { child, url, exited } = await startProcess({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
    await fetch(`${url}/v1/pbx/source/uis/canary-secret?numa=79161234567`, { headers: { 'user-agent': 'canary-ua' } });
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    const sent = received.join();
    expect(sent).toContain('http.response.status_code');
    expect(sent).toContain('select $1::text as phone');
    expect(sent).not.toMatch(/canary|9161234567/);
  });
});
