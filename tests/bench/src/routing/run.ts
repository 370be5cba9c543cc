import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startKafka, startPostgres } from '@perezvon/local';
import pg from 'pg';
import { BenchBroker } from '../ingest/broker.js';
import { ACCOUNT, benchEvents } from '../ingest/input.js';
import { busyAccount, LANE, mirroredPortal, RESPONSIBLE } from '../pipeline/account.js';
import { freshDatabase, INTERNAL_KEY, PIPELINE_OUTPUTS, startPipeline } from '../pipeline/run.js';
import { median, type Row } from '../rows.js';

const CLIENTS = 100_000;
const QUESTIONS_PER_SECOND = 200;
const ROUND_SECONDS = 10;
const GOAL_MS = 10;
/** Every client of the directory has a manager: another answer counts as the whole budget of one. */
const NOT_ANSWERED_MS = 1_000;
/** Not measured: the first questions fill caches and let the compiler finish. */
const WARM_UP_SECONDS = 3;

/**
 * How long the personal manager's question takes (rules.md R13) with 100,000 clients in the directory, while calls stream
 * through ingest and engine at half of what the pipeline bench measures, and nobody answers for amoCRM. Questions leave at
 * their times whether earlier ones were answered or not, and are timed from when they should have left.
 */
export async function benchRouting(runs: number, say: (line: string) => void): Promise<Row[]> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const broker = await BenchBroker.connect(kafka.brokers);
  const databaseUrl = await freshDatabase(postgres.url);
  const port = await freePort();
  const eventsPerSecond = 2_500;
  await broker.fill([], busyAccount(), mirroredPortal());
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const services = startPipeline(kafka.brokers, databaseUrl, String(port));
  try {
    const url = `http://127.0.0.1:${String(port)}`;
    await broker.until(() => isReady(url));
    await fillDirectory(databaseUrl);
    say(
      `${CLIENTS.toLocaleString('en')} clients; ${eventsPerSecond.toLocaleString('en')} events/s beside the questions`,
    );
    const stream = new AbortController();
    const streaming = streamCalls(broker, eventsPerSecond, stream.signal);
    const p99s: number[] = [];
    await questions(url, WARM_UP_SECONDS);
    for (let run = 1; run <= runs; run += 1) {
      const taken = await questions(url, ROUND_SECONDS);
      p99s.push(quantile(taken, 0.99));
      say(`run ${String(run)}: p50 ${quantile(taken, 0.5).toFixed(1)} ms, p99 ${quantile(taken, 0.99).toFixed(1)} ms`);
    }
    stream.abort();
    await streaming;
    const value = median(p99s);
    const goal = `<= ${String(GOAL_MS)}`;
    return [
      { id: 'route_p99_ms', value: Number(value.toFixed(2)), unit: 'ms', goal, met: value <= GOAL_MS, runs: p99s },
    ];
  } finally {
    await Promise.all([services.ingest.end(), services.engine.end()]);
    await broker.disconnect();
    await postgres.dispose();
    await kafka.dispose();
  }
}

const isReady = async (url: string): Promise<boolean> =>
  fetch(`${url}/health/ready`).then(
    (answer) => answer.status === 200,
    () => false, // nobody listens yet
  );

const phoneOf = (n: number) => `7916${String(n).padStart(7, '0')}`;

/** As the mirror would have filled it. */
async function fillDirectory(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    `insert into decision_engine.clients (lane, phone, cards, as_of, observed_at)
     select $1, '+7916' || lpad(n::text, 7, '0'), jsonb_build_array(jsonb_build_object('type', 'contact', 'id', n + 1,
            'name', 'Клиент', 'responsibleUserId', $2::int, 'updatedAt', 1700000000, 'activeDealUpdatedAt', null)), now(), now()
       from generate_series(0, $3::int - 1) as n`,
    [LANE, RESPONSIBLE, CLIENTS],
  );
  await client.query('analyze decision_engine.clients');
  await client.end();
}

const TICK_MS = 100;

async function streamCalls(broker: BenchBroker, perSecond: number, signal: AbortSignal): Promise<void> {
  const perTick = Math.round((perSecond * TICK_MS) / 1000);
  for (let sent = 0; !signal.aborted; sent += perTick) {
    const startedMs = performance.now();
    await broker.produce(benchEvents(perTick, sent));
    await sleep(Math.max(0, TICK_MS - (performance.now() - startedMs)));
  }
}

async function questions(url: string, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const total = seconds * QUESTIONS_PER_SECOND;
  const startedMs = performance.now();
  const asked: Promise<number>[] = [];
  for (let n = 0; n < total; n += 1) {
    const dueMs = startedMs + (n * 1000) / QUESTIONS_PER_SECOND;
    const early = dueMs - performance.now();
    if (early > 1) await sleep(early);
    asked.push(ask(url, agent, n).then((found) => (found ? performance.now() - dueMs : NOT_ANSWERED_MS)));
  }
  const taken = await Promise.all(asked);
  agent.destroy();
  return taken;
}

let calls = 0;

/** True when the manager was named. */
function ask(url: string, agent: Agent, n: number): Promise<boolean> {
  calls += 1;
  const body = JSON.stringify({
    account_id: ACCOUNT,
    source: 'uis',
    call_id: `route-${String(calls)}`,
    client_phone: phoneOf((n * 7919) % CLIENTS),
  });
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', 'authorization': `Bearer ${INTERNAL_KEY}` },
    };
    request(`${url}/v1/route`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve(Buffer.concat(chunks).toString().includes('"decision":"connect"'));
      });
    })
      .on('error', reject)
      .end(body);
  });
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
