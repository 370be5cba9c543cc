import { spawn, type ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median, type Row } from '../rows.js';

const GOAL_PER_SECOND = 3_000;
const REQUESTS = 30_000;
const WARM_UP = 5_000;
/** Enough to keep one process busy without a queue of its own. */
const CONNECTIONS = 16;
const TOKEN = 'bench-token';

/**
 * Simple reads over kept-alive connections against the emulator in a process of its own, which is single-threaded: what
 * one core serves. Its limits are lifted, its log is on. The stand-in must never be what another bench measures.
 */
export async function benchEmulator(runs: number, say: (line: string) => void): Promise<Row[]> {
  const { child, url } = await startEmulator();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const call = (method: string, path: string, body?: unknown) => exchange(agent, `${url}${path}`, method, body);
  try {
    await call('PATCH', '/_emulator/settings', { requestsPerSecond: 10 ** 6, accountRequestsPerSecond: 10 ** 6 });
    const made = (await call('POST', '/api/v4/contacts', [{ name: 'Ольга' }])) as Created;
    const path = `/api/v4/contacts/${String(made._embedded.contacts[0]?.id)}`;
    const read = () => call('GET', path);
    await inParallel(WARM_UP, read);
    const rates: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const since = performance.now();
      await inParallel(REQUESTS, read);
      rates.push((REQUESTS / (performance.now() - since)) * 1000);
      say(`run ${String(run)}: ${Math.round(rates.at(-1) ?? 0).toLocaleString('en')} requests/s`);
    }
    return [rowOf(rates)];
  } finally {
    agent.destroy();
    await end(child);
  }
}

interface Created {
  readonly _embedded: { readonly contacts: readonly { readonly id: number }[] };
}

async function startEmulator(): Promise<{ child: ChildProcess; url: string }> {
  const script = new URL('../../../../apps/amocrm-emulator/dist/main.js', import.meta.url);
  const child = spawn(process.execPath, [fileURLToPath(script)], {
    env: { PATH: process.env['PATH'], AMOCRM_EMULATOR_TOKEN: TOKEN, AMOCRM_EMULATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, level, msg } = JSON.parse(line) as { url?: string; level: string; msg: string };
    if (url !== undefined) return { child, url };
    if (level === 'error') throw new Error(`the emulator did not start: ${msg}`);
  }
  throw new Error('the emulator ended before it had a port');
}

async function inParallel(total: number, once: () => Promise<unknown>): Promise<void> {
  let left = total;
  const connection = async () => {
    while (left-- > 0) await once();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

/** node:http itself, since anything richer would make the client the slower of the two. */
function exchange(agent: Agent, url: string, method: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { 'Authorization': `Bearer ${TOKEN}`, 'Content-Type': 'application/json' };
    const req = request(url, { agent, method, headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (res.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${method} ${url} answered ${String(res.statusCode)}: ${text}`));
      });
    });
    req.on('error', reject);
    req.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

function rowOf(rates: readonly number[]): Row {
  const value = median(rates);
  return {
    id: 'emulator_requests_per_second',
    value: Math.round(value),
    unit: 'requests/s',
    goal: `>= ${String(GOAL_PER_SECOND)}`,
    met: value >= GOAL_PER_SECOND,
    runs: rates.map(Math.round),
  };
}
