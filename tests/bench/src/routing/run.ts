import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { calls, commands } from '@perezvon/contracts';
import { freePort, startKafka, startPostgres } from '@perezvon/local';
import { BenchBroker } from '../ingest/broker.js';
import { benchEvents } from '../ingest/input.js';
import { busyAccount, mirroredPortal } from '../pipeline/account.js';
import { allDecided, freshDatabase, INTERNAL_KEY, PIPELINE_OUTPUTS, startPipeline } from '../pipeline/run.js';
import { median, type Row } from '../rows.js';
import { CLIENTS, fillDirectory } from './directory.js';
import { type Asked, type Round, type Stream } from './round.js';

const ROUND_SECONDS = 10;
const GOAL_MS = 10;
/** Not measured: caches fill, the compiler finishes, and the database clears up after the backlog. */
const WARM_UP_SECONDS = 10;
/** What the pipeline's own pace is measured with. */
const BACKLOG_EVENTS = 40_000;
const EVENTS_PER_CALL = 5;
const LOAD = 0.5;

/**
 * How long the personal manager's question takes (rules.md R13) with 100,000 clients in the directory, while calls stream
 * through ingest and engine at half of the pace at which the two have just worked off a backlog, and nobody answers for
 * amoCRM.
 */
export async function benchRouting(runs: number, say: (line: string) => void): Promise<Row[]> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const broker = await BenchBroker.connect(kafka.brokers);
  const databaseUrl = await freshDatabase(postgres.url);
  const port = await freePort();
  await broker.fill(benchEvents(BACKLOG_EVENTS), busyAccount(), mirroredPortal());
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const services = startPipeline(kafka.brokers, databaseUrl, String(port));
  const asker = startAsker(`http://127.0.0.1:${String(port)}`);
  const source = startSource(kafka.brokers);
  try {
    await services.engine.unlessItDies(allDecided(broker, databaseUrl, BACKLOG_EVENTS / EVENTS_PER_CALL));
    const pace = BACKLOG_EVENTS / (await secondsTaken(broker));
    await fillDirectory(databaseUrl);
    say(`${text(CLIENTS)} clients; pipeline ${text(pace)} events/s, so ${text(pace * LOAD)} beside the questions`);
    source.send({ perSecond: pace * LOAD, from: BACKLOG_EVENTS } satisfies Stream);
    await ask(asker, WARM_UP_SECONDS);
    const p50s: number[] = [];
    const p99s: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      const { takenMs, lateMs } = await ask(asker, ROUND_SECONDS);
      const [p50, p99] = [quantile(takenMs, 0.5), quantile(takenMs, 0.99)];
      p50s.push(p50);
      p99s.push(p99);
      const late = `the asking process itself was ${quantile(lateMs, 0.99).toFixed(1)} ms late at p99`;
      say(`run ${String(run)}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${late})`);
    }
    const sent = await sentBy(source);
    const settledMs = performance.now();
    await allDecided(broker, databaseUrl, Math.floor((BACKLOG_EVENTS + sent) / EVENTS_PER_CALL));
    say(`the stream was through ${((performance.now() - settledMs) / 1000).toFixed(1)} s after the last question`);
    const row = (id: string, values: number[], goal: string, isMet: (value: number) => boolean): Row => {
      const value = Number(median(values).toFixed(2));
      return { id, value, unit: 'ms', goal, met: isMet(value), runs: values.map((ms) => Number(ms.toFixed(2))) };
    };
    return [
      row('route_p50_ms', p50s, 'reported', () => true),
      row('route_p99_ms', p99s, `<= ${String(GOAL_MS)}`, (value) => value <= GOAL_MS),
    ];
  } finally {
    asker.kill();
    source.kill();
    await Promise.all([services.ingest.end(), services.engine.end()]);
    await broker.disconnect();
    await postgres.dispose();
    await kafka.dispose();
  }
}

/** From the first event out of ingest to the last command out of the engine, as the pipeline bench counts. */
async function secondsTaken(broker: BenchBroker): Promise<number> {
  const [{ firstMs }, { lastMs }] = [await broker.span(calls.topic), await broker.span(commands.topic)];
  return Math.max(1, lastMs - firstMs) / 1000;
}

/** The calls that stream meanwhile. */
function startSource(brokers: string): ChildProcess {
  const env = { PATH: process.env['PATH'], KAFKA_BROKERS: brokers };
  return fork(fileURLToPath(new URL('source.js', import.meta.url)), { env, detached: true });
}

/** @returns how many events were sent */
async function sentBy(source: ChildProcess): Promise<number> {
  source.send('stop');
  const [sent] = (await answerOf(source)) as [number];
  return sent;
}

function startAsker(engineUrl: string): ChildProcess {
  const env = { PATH: process.env['PATH'], ENGINE_URL: engineUrl, INTERNAL_API_KEY: INTERNAL_KEY };
  return fork(fileURLToPath(new URL('asker.js', import.meta.url)), { env, detached: true });
}

async function ask(asker: ChildProcess, seconds: number): Promise<Asked> {
  asker.send({ seconds } satisfies Round);
  const [asked] = (await answerOf(asker)) as [Asked];
  return asked;
}

/** @throws when the process has ended: a question was not answered, or a stream not sent */
async function answerOf(child: ChildProcess): Promise<unknown[]> {
  const name = child.spawnargs.join(' ');
  if (child.exitCode !== null) throw new Error(`${name} ended with code ${String(child.exitCode)}`);
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(([code]): never => {
    throw new Error(`${name} ended with code ${String(code)}`);
  });
  const answered: Promise<unknown[]> = once(child, 'message', { signal: over.signal });
  try {
    return await Promise.race([answered, ended]);
  } finally {
    ended.catch(() => undefined); // aborted with this answer
    over.abort();
  }
}

const text = (value: number) => Math.round(value).toLocaleString('en');

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
