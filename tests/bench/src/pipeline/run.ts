import { randomUUID } from 'node:crypto';
import { calls, callStates, commands, decisions, pbxCallEvents } from '@perezvon/contracts';
import { startKafka, startPostgres } from '@perezvon/local';
import pg from 'pg';
import { BenchBroker, OUTPUT } from '../ingest/broker.js';
import { benchEvents } from '../ingest/input.js';
import { startProcess, type BenchProcess } from '../process.js';
import { median, type Row } from '../rows.js';
import { busyAccount, mirroredPortal } from './account.js';
import { LOOP_OUTPUT } from './loop-output.js';

/** With half as many, start and compilation were a tenth of all CPU time (docs/measurements/pipeline-profile.md). */
const EVENTS = 120_000;
const CHUNK = 20_000;
const EVENTS_PER_CALL = 5;
export const PIPELINE_OUTPUTS = [calls.topic, callStates.topic, decisions.topic, commands.topic];

const CONTESTANTS = ['bare', 'durable', 'twoHops', 'pipeline'] as const;
type Rates = Record<(typeof CONTESTANTS)[number], number[]>;

/**
 * Ingest and decision as the two services themselves do them, from the PBX's topic to the commands for the writer, in turns
 * with a loop of the same durability that was written by hand, alone and behind a bare kafkajs loop as the second of two
 * hops, and with the bare loop (docs/decisions/0051). Every call means work: a contact, a deal, a task, a note, and the
 * note's second revision if the recording comes in a later batch than the end.
 */
export async function benchPipeline(runs: number, say: (line: string) => void): Promise<Row[]> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const broker = await BenchBroker.connect(kafka.brokers);
  try {
    await broker.fill([], busyAccount(), mirroredPortal());
    const bench = { broker, brokers: kafka.brokers, postgresUrl: postgres.url };
    const template = await knowingDatabase(bench);
    say(`filling ${EVENTS.toLocaleString('en')} events`);
    for (let from = 0; from < EVENTS; from += CHUNK) await broker.produce(benchEvents(CHUNK, from));
    const rates: Rates = { bare: [], durable: [], twoHops: [], pipeline: [] };
    const round = {
      bare: () => loopRound(bench, [BARE]),
      durable: () => loopRound(bench, [durable(pbxCallEvents.topic)]),
      twoHops: () => loopRound(bench, [BARE, durable(BARE.output)]),
      pipeline: () => pipelineRound(bench, template),
    };
    for (let run = 1; run <= runs; run += 1) {
      for (const name of CONTESTANTS) {
        const rate = await round[name]();
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

/** A process that reads one topic and writes another. */
interface Hop {
  readonly script: URL;
  readonly group: string;
  readonly input: string;
  readonly output: string;
}

const BARE: Hop = {
  script: new URL('../ingest/bare-loop.js', import.meta.url),
  group: 'bench-bare',
  input: pbxCallEvents.topic,
  output: OUTPUT.bare,
};

const durable = (input: string): Hop => ({
  script: new URL('durable-loop.js', import.meta.url),
  group: 'bench-durable',
  input,
  output: LOOP_OUTPUT,
});

/** The loops' young generation is as large as that of the engine's stream. */
const AS_THE_STREAM = ['--max-semi-space-size=32'];

/** From the first message out of the first hop to the last one out of the last. The last is there before the first begins. */
async function loopRound({ broker, brokers, postgresUrl }: Bench, hops: readonly [Hop, ...Hop[]]): Promise<number> {
  await broker.begin(
    hops.map(({ output }) => output),
    hops.map(({ group }) => group),
  );
  const databaseUrl = await freshDatabase(postgresUrl);
  const loops: BenchProcess[] = [];
  const [first, last] = [hops[0].output, hops.at(-1)?.output ?? hops[0].output];
  try {
    for (const { script, group, input } of hops.toReversed()) {
      const env = { KAFKA_BROKERS: brokers, DATABASE_URL: databaseUrl, LOOP_INPUT: input };
      const loop = startProcess(script, env, AS_THE_STREAM);
      loops.push(loop);
      await loop.unlessItDies(broker.joined(group));
    }
    await loops.reduce((work, loop) => loop.unlessItDies(work), broker.produced(last, EVENTS));
  } finally {
    await Promise.all(loops.map((loop) => loop.end()));
  }
  return rateBetween(broker, first, last);
}

/**
 * From the first event out of ingest to the last command out of the engine, which is there before ingest begins: a round
 * measures events, not how long a service starts.
 */
async function pipelineRound({ broker, brokers, postgresUrl }: Bench, template: string): Promise<number> {
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const url = await freshDatabase(postgresUrl, template);
  const engine = startEngine(brokers, url);
  let ingest: BenchProcess | undefined;
  try {
    await engine.unlessItDies(broker.joined('decision-engine'));
    ingest = startIngest(brokers, url);
    await engine.unlessItDies(ingest.unlessItDies(allDecided(broker, url, EVENTS / EVENTS_PER_CALL)));
  } finally {
    await Promise.all([ingest?.end(), engine.end()]);
  }
  return rateBetween(broker, calls.topic, commands.topic);
}

async function rateBetween(broker: BenchBroker, firstOf: string, lastOf: string): Promise<number> {
  const first = await broker.span(firstOf);
  const last = lastOf === firstOf ? first : await broker.span(lastOf);
  return (EVENTS / Math.max(1, last.lastMs - first.firstMs)) * 1000;
}

/** Both services, as `npm start` starts them. */
export function startPipeline(brokers: string, databaseUrl: string, enginePort = '0') {
  return { ingest: startIngest(brokers, databaseUrl), engine: startEngine(brokers, databaseUrl, enginePort) };
}

const startIngest = (brokers: string, databaseUrl: string) =>
  startProcess(new URL('../../../../apps/call-ingest/dist/main.js', import.meta.url), envOf(brokers, databaseUrl));

const startEngine = (brokers: string, databaseUrl: string, port = '0') =>
  startProcess(
    new URL('../../../../apps/decision-engine/dist/main.js', import.meta.url),
    envOf(brokers, databaseUrl, port),
  );

const envOf = (brokers: string, databaseUrl: string, enginePort = '0') => ({
  KAFKA_BROKERS: brokers,
  DATABASE_URL: databaseUrl,
  LOG_LEVEL: 'error',
  INTERNAL_API_KEY: INTERNAL_KEY,
  // Nobody calls here, so nobody is asked there.
  DECISION_ENGINE_INTERNAL_URL: 'http://127.0.0.1:3002',
  CALL_INGEST_PORT: '0',
  DECISION_ENGINE_PORT: enginePort,
});

export const INTERNAL_KEY = 'bench-internal-api-key';

/**
 * All events have been taken, every call's newest note has been asked for, and nothing is owed any more. The calls are
 * looked at only when the engine has read all there is: counting them is work for the Postgres that is measured.
 */
export async function allDecided(broker: BenchBroker, url: string, count: number): Promise<void> {
  await withDatabase(url, (database) =>
    broker.until(async () => {
      if ((await broker.done('decision-engine', calls.topic)) < count * EVENTS_PER_CALL) return false;
      const { rows } = await database.query<{ decided: string; owed: string }>(
        `select (select count(*) from decision_engine.calls
                  where state = 'decided' and (progress #>> '{promised,note,intent,recordUrl}') is not null) as decided,
                (select count(*) from decision_engine.outbox) as owed`,
      );
      return Number(rows[0]?.decided) >= count && rows[0]?.owed === '0';
    }),
  );
}

/**
 * The name of a database whose services have known the account for long, to be copied for each round: a round measures
 * events, not what ingest does with events of an account that it has not heard of yet.
 */
async function knowingDatabase({ broker, brokers, postgresUrl }: Bench): Promise<string> {
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const url = await freshDatabase(postgresUrl);
  const services = startPipeline(brokers, url);
  try {
    await services.engine.unlessItDies(services.ingest.unlessItDies(accountKnown(broker, url)));
  } finally {
    await Promise.all([services.ingest.end(), services.engine.end()]);
  }
  return new URL(url).pathname.slice(1);
}

/** Resolves when both services have stored the account and its portal. */
export async function accountKnown(broker: BenchBroker, url: string): Promise<void> {
  await withDatabase(url, (database) => broker.until(() => isKnown(database)));
}

/** The services make their tables while they start. */
async function isKnown(database: pg.Client): Promise<boolean> {
  const { rows } = await database
    .query<{ known: boolean }>(
      `select exists (select from call_ingest.account_settings)
          and exists (select from decision_engine.accounts)
          and exists (select from decision_engine.portals where lane is not null) as known`,
    )
    .catch((error: unknown) => {
      if (error instanceof pg.DatabaseError && (error.code === '42P01' || error.code === '3F000')) return { rows: [] };
      throw error;
    });
  return rows[0]?.known === true;
}

async function withDatabase<Result>(url: string, work: (database: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the round ends by its own error; this connection's end says nothing more
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function freshDatabase(postgresUrl: string, template = 'template1'): Promise<string> {
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await withDatabase(postgresUrl, (server) => server.query(`create database ${name} template ${template}`));
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

function rowsOf(rates: Rates): Row[] {
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
    row('pipeline_to_same_hops_ratio', median(rates.twoHops), null),
    row('pipeline_to_bare_kafka_ratio', median(rates.bare), null),
  ];
}
