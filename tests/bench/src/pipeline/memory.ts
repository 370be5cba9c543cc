import { setTimeout as sleep } from 'node:timers/promises';
import { startKafka, startPostgres } from '@perezvon/local';
import pg from 'pg';
import { BenchBroker } from '../ingest/broker.js';
import { benchEvents } from '../ingest/input.js';
import { type Row } from '../rows.js';
import { busyAccount, mirroredPortal } from './account.js';
import { freshDatabase, PIPELINE_OUTPUTS, startPipeline } from './run.js';

const EVENTS = 1_000_000;
const EVENTS_PER_CALL = 5;
const CHUNK = 20_000;
/** The heap has its working size by then. */
const SETTLED_AT = 0.2;
const LOOK_EVERY_MS = 1_000;

/**
 * Does the engine's memory grow with the calls it has seen? One long round over a million events, the resident size looked
 * at every second: the largest of the last fifth against the largest by the time a fifth was decided.
 */
export async function benchMemory(_runs: number, say: (line: string) => void): Promise<Row[]> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const broker = await BenchBroker.connect(kafka.brokers);
  const url = await freshDatabase(postgres.url);
  await broker.fill([], busyAccount(), mirroredPortal());
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const services = startPipeline(kafka.brokers, url);
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  try {
    for (let from = 0; from < EVENTS; from += CHUNK) await broker.produce(benchEvents(CHUNK, from));
    const early: number[] = [];
    const late: number[] = [];
    for (let share = 0; share < 1;) {
      await services.engine.unlessItDies(sleep(LOOK_EVERY_MS));
      share = (await decidedCalls(database)) / (EVENTS / EVENTS_PER_CALL);
      const mebibytes = services.engine.residentBytes() / 2 ** 20;
      if (share <= SETTLED_AT) early.push(mebibytes);
      else if (share >= 1 - SETTLED_AT) late.push(mebibytes);
    }
    const [before, after] = [Math.max(...early), Math.max(...late)];
    say(`engine: ${before.toFixed(0)} MB at a fifth, ${after.toFixed(0)} MB at the end`);
    const ratio = Number((after / before).toFixed(3));
    const goal = 'ratio <= 1.25';
    const value = Math.round(after);
    const baseline = Math.round(before);
    return [{ id: 'engine_memory_mb', value, unit: 'MB', baseline, ratio, goal, met: ratio <= 1.25, runs: [value] }];
  } finally {
    await Promise.all([services.ingest.end(), services.engine.end(), database.end()]);
    await broker.disconnect();
    await postgres.dispose();
    await kafka.dispose();
  }
}

/** The engine has made its tables long before the input is complete. */
async function decidedCalls(database: pg.Client): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    `select count(*) from decision_engine.calls where state = 'decided'`,
  );
  return Number(rows[0]?.count);
}
