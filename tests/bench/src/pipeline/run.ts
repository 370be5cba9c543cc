import { randomUUID } from 'node:crypto';
import { calls, callStates, commands, decisions, pbxCallEvents } from '@perezvon/contracts';
import { startKafka, startPostgres } from '@perezvon/local';
import pg from 'pg';
import { BenchBroker, OUTPUT } from '../ingest/broker.js';
import { benchEvents } from '../ingest/input.js';
import { type BenchProcess, startProcess } from '../process.js';
import { median, type Row } from '../rows.js';
import { busyAccount, mirroredPortal } from './account.js';
import { LOOP_OUTPUT, LOOP_RELAYED } from './loop-topics.js';

const EVENTS = 60_000;
const EVENTS_PER_CALL = 5;
export const PIPELINE_OUTPUTS = [calls.topic, callStates.topic, decisions.topic, commands.topic];

const CONTESTANTS = ['bare', 'durable', 'twoHops', 'pipeline'] as const;
type Rates = Record<(typeof CONTESTANTS)[number], number[]>;

/**
 * Ingest and decision as the two services themselves do them, from the PBX's topic to the commands for the writer, in turns
 * with loops of the same durability that were written by hand, one loop and two in a row, and with the bare kafkajs loop
 * (docs/decisions/0051). Every call means work: a contact, a deal, a task, a note, and the note's second revision with the
 * recording.
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
    await broker.produce(benchEvents(EVENTS));
    const rates: Rates = { bare: [], durable: [], twoHops: [], pipeline: [] };
    const round = {
      bare: () => bareRound(bench),
      durable: () => durableRound(bench, [{ input: pbxCallEvents.topic, output: LOOP_OUTPUT }]),
      twoHops: () =>
        durableRound(bench, [
          { input: pbxCallEvents.topic, output: LOOP_RELAYED },
          { input: LOOP_RELAYED, output: LOOP_OUTPUT },
        ]),
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

async function bareRound({ broker, brokers }: Bench): Promise<number> {
  await broker.begin([OUTPUT.bare], ['bench-bare']);
  const loop = startProcess(new URL('../ingest/bare-loop.js', import.meta.url), { KAFKA_BROKERS: brokers });
  try {
    await loop.unlessItDies(broker.produced(OUTPUT.bare, EVENTS));
  } finally {
    await loop.end();
  }
  return broker.rate(OUTPUT.bare);
}

interface Hop {
  readonly input: string;
  readonly output: string;
}

/** One process and one database per hop. From the first message out of the first to the last one out of the last. */
async function durableRound({ broker, brokers, postgresUrl }: Bench, hops: readonly Hop[]): Promise<number> {
  await broker.begin(
    hops.map(({ output }) => output),
    hops.map(({ input }) => `bench-durable-${input}`),
  );
  const loops: BenchProcess[] = [];
  for (const { input, output } of hops) {
    const env = { KAFKA_BROKERS: brokers, DATABASE_URL: await freshDatabase(postgresUrl) };
    const ends = { LOOP_INPUT: input, LOOP_OUTPUT: output };
    loops.push(startProcess(new URL('durable-loop.js', import.meta.url), { ...env, ...ends }));
  }
  try {
    await loops.reduce((work, loop) => loop.unlessItDies(work), broker.produced(LOOP_OUTPUT, EVENTS));
  } finally {
    await Promise.all(loops.map((loop) => loop.end()));
  }
  return rateBetween(broker, hops[0]?.output ?? LOOP_OUTPUT, LOOP_OUTPUT);
}

/** From the first event out of ingest to the last command out of the engine. */
async function pipelineRound({ broker, brokers, postgresUrl }: Bench, template: string): Promise<number> {
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const url = await freshDatabase(postgresUrl, template);
  const services = startPipeline(brokers, url);
  try {
    await services.engine.unlessItDies(services.ingest.unlessItDies(allDecided(broker, url, EVENTS / EVENTS_PER_CALL)));
  } finally {
    await Promise.all([services.ingest.end(), services.engine.end()]);
  }
  return rateBetween(broker, calls.topic, commands.topic);
}

async function rateBetween(broker: BenchBroker, firstOf: string, lastOf: string): Promise<number> {
  const [{ firstMs }, { lastMs }] = [await broker.span(firstOf), await broker.span(lastOf)];
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
    await services.engine.unlessItDies(
      services.ingest.unlessItDies(withDatabase(url, (db) => broker.until(() => known(db)))),
    );
  } finally {
    await Promise.all([services.ingest.end(), services.engine.end()]);
  }
  return new URL(url).pathname.slice(1);
}

/** The services make their tables while they start. */
async function known(database: pg.Client): Promise<boolean> {
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
    row('pipeline_to_two_hops_ratio', median(rates.twoHops), null),
    row('pipeline_to_bare_kafka_ratio', median(rates.bare), null),
  ];
}
