import { randomUUID } from 'node:crypto';
import { calls, callStates, commands, decisions } from '@perezvon/contracts';
import { startKafka, startPostgres } from '@perezvon/local';
import pg from 'pg';
import { BenchBroker, OUTPUT } from '../ingest/broker.js';
import { benchEvents } from '../ingest/input.js';
import { startProcess } from '../process.js';
import { median, type Row } from '../rows.js';
import { busyAccount, mirroredPortal } from './account.js';
import { LOOP_OUTPUT } from './loop-output.js';

const EVENTS = 60_000;
const EVENTS_PER_CALL = 5;
export const PIPELINE_OUTPUTS = [calls.topic, callStates.topic, decisions.topic, commands.topic];

/**
 * Ingest and decision as the two services themselves do them, from the PBX's topic to the commands for the writer, in turns
 * with a loop of the same durability that was written by hand, and with the bare kafkajs loop. Every call means work: a
 * contact, a deal, a task, a note, and the note's second revision with the recording.
 */
export async function benchPipeline(runs: number, say: (line: string) => void): Promise<Row[]> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const broker = await BenchBroker.connect(kafka.brokers);
  try {
    say(`filling ${EVENTS.toLocaleString('en')} events`);
    await broker.fill(benchEvents(EVENTS), busyAccount(), mirroredPortal());
    const bench = { broker, brokers: kafka.brokers, postgresUrl: postgres.url };
    const rates = { pipeline: [] as number[], durable: [] as number[], bare: [] as number[] };
    for (let run = 1; run <= runs; run += 1) {
      for (const [name, round] of [
        ['bare', () => loopRound(bench, new URL('../ingest/bare-loop.js', import.meta.url), OUTPUT.bare, 'bench-bare')],
        ['durable', () => loopRound(bench, new URL('durable-loop.js', import.meta.url), LOOP_OUTPUT, 'bench-durable')],
        ['pipeline', () => pipelineRound(bench)],
      ] as const) {
        const rate = await round();
        rates[name].push(rate);
        say(`run ${String(run)} ${name}: ${Math.round(rate).toLocaleString('en')} events/s`);
      }
    }
    return rowsOf(rates);
  } finally {
    await broker.disconnect();
    await postgres.dispose();
    await kafka.dispose();
  }
}

interface Bench {
  readonly broker: BenchBroker;
  readonly brokers: string;
  readonly postgresUrl: string;
}

async function loopRound({ broker, brokers, postgresUrl }: Bench, script: URL, output: string, group: string) {
  await broker.begin([output], [group]);
  const child = startProcess(script, { KAFKA_BROKERS: brokers, DATABASE_URL: await freshDatabase(postgresUrl) });
  try {
    await child.unlessItDies(broker.produced(output, EVENTS));
  } finally {
    await child.end();
  }
  return broker.rate(output);
}

/** From the first event out of ingest to the last command out of the engine. */
async function pipelineRound({ broker, brokers, postgresUrl }: Bench): Promise<number> {
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const url = await freshDatabase(postgresUrl);
  const services = startPipeline(brokers, url);
  try {
    await services.engine.unlessItDies(services.ingest.unlessItDies(allDecided(broker, url, EVENTS / EVENTS_PER_CALL)));
  } finally {
    await Promise.all([services.ingest.end(), services.engine.end()]);
  }
  const [{ firstMs }, { lastMs }] = [await broker.span(calls.topic), await broker.span(commands.topic)];
  return (EVENTS / Math.max(1, lastMs - firstMs)) * 1000;
}

/** Both services, as `npm start` starts them. */
export function startPipeline(brokers: string, databaseUrl: string, enginePort = '0') {
  const env = {
    KAFKA_BROKERS: brokers,
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'error',
    INTERNAL_API_KEY: INTERNAL_KEY,
    // Nobody calls here, so nobody is asked there.
    DECISION_ENGINE_INTERNAL_URL: 'http://127.0.0.1:3002',
    CALL_INGEST_PORT: '0',
    DECISION_ENGINE_PORT: enginePort,
  };
  return {
    ingest: startProcess(new URL('../../../../apps/call-ingest/dist/main.js', import.meta.url), env),
    engine: startProcess(new URL('../../../../apps/decision-engine/dist/main.js', import.meta.url), env),
  };
}

export const INTERNAL_KEY = 'bench-internal-api-key';

/** All events have been taken, every call's newest note has been asked for, and nothing is owed any more. */
async function allDecided(broker: BenchBroker, url: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the round ends by its own error; this connection's end says nothing more
  await client.connect();
  try {
    await broker.until(async () => {
      const { rows } = await client
        .query<{ decided: string; owed: string }>(
          `select (select count(*) from decision_engine.calls
                    where state = 'decided' and (progress #>> '{promised,note,intent,recordUrl}') is not null) as decided,
                  (select count(*) from decision_engine.outbox) as owed`,
        )
        .catch(notThereYet);
      return Number(rows[0]?.decided) >= count && rows[0]?.owed === '0';
    });
  } finally {
    await client.end();
  }
}

/** The engine makes its tables while it starts. */
function notThereYet(error: unknown): { rows: { decided: string; owed: string }[] } {
  if (error instanceof pg.DatabaseError && (error.code === '42P01' || error.code === '3F000')) return { rows: [] };
  throw error;
}

export async function freshDatabase(postgresUrl: string): Promise<string> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

function rowsOf(rates: Record<'pipeline' | 'durable' | 'bare', number[]>): Row[] {
  const ours = median(rates.pipeline);
  const row = (id: string, baseline: number, atLeast: number | null): Row => ({
    id,
    value: Math.round(ours),
    unit: 'events/s',
    baseline: Math.round(baseline),
    ratio: Number((ours / baseline).toFixed(3)),
    goal: atLeast === null ? 'reported' : `ratio >= ${String(atLeast)}`,
    met: atLeast === null || ours / baseline >= atLeast,
    runs: rates.pipeline.map(Math.round),
  });
  return [
    row('pipeline_ratio', median(rates.durable), 0.5),
    row('pipeline_to_bare_kafka_ratio', median(rates.bare), null),
  ];
}
