import { setTimeout as sleep } from 'node:timers/promises';
import { calls, pbxCallEvents } from '@perezvon/contracts';
import { startKafka, startPostgres } from '@perezvon/local';
import { BenchBroker } from '../ingest/broker.js';
import { benchEvents } from '../ingest/input.js';
import { type Row } from '../rows.js';
import { busyAccount, mirroredPortal } from './account.js';
import { accountKnown, freshDatabase, PIPELINE_OUTPUTS, startPipeline } from './run.js';

const EVENTS = 1_000_000;
const CHUNK = 20_000;
/** The heap has its working size by then. */
const SETTLED_AT = 0.2;
const LOOK_EVERY_MS = 1_000;

/** The resident size (MiB) when this share of the events was done. */
interface Look {
  readonly share: number;
  readonly mebibytes: number;
}

/**
 * Does a service's memory grow with the calls it has seen? One long round over a million events, the resident size looked
 * at every second: the largest of the last fifth against the largest by the time a fifth was done, and the slope between.
 */
export async function benchMemory(_runs: number, say: (line: string) => void): Promise<Row[]> {
  const kafka = await startKafka();
  const postgres = await startPostgres();
  const broker = await BenchBroker.connect(kafka.brokers);
  const url = await freshDatabase(postgres.url);
  await broker.fill([], busyAccount(), mirroredPortal());
  await broker.begin(PIPELINE_OUTPUTS, ['call-ingest', 'decision-engine']);
  const { ingest, engine } = startPipeline(kafka.brokers, url);
  try {
    await engine.unlessItDies(ingest.unlessItDies(accountKnown(broker, url)));
    const filled = fill(broker);
    const [ingestLooks, engineLooks]: [Look[], Look[]] = [[], []];
    for (let share = 0; share < 1;) {
      await engine.unlessItDies(ingest.unlessItDies(sleep(LOOK_EVERY_MS)));
      share = (await broker.done('decision-engine', calls.topic)) / EVENTS;
      engineLooks.push({ share, mebibytes: engine.residentBytes() / 2 ** 20 });
      const taken = (await broker.done('call-ingest', pbxCallEvents.topic)) / EVENTS;
      ingestLooks.push({ share: taken, mebibytes: ingest.residentBytes() / 2 ** 20 });
    }
    await filled;
    return [rowOf('ingest_memory_mb', ingestLooks, say), rowOf('engine_memory_mb', engineLooks, say)];
  } finally {
    await Promise.all([ingest.end(), engine.end()]);
    await broker.disconnect();
    await postgres.dispose();
    await kafka.dispose();
  }
}

async function fill(broker: BenchBroker): Promise<void> {
  for (let from = 0; from < EVENTS; from += CHUNK) await broker.produce(benchEvents(CHUNK, from));
}

function rowOf(id: string, looks: readonly Look[], say: (line: string) => void): Row {
  const largest = (of: readonly Look[]) => Math.max(...of.map(({ mebibytes }) => mebibytes));
  const before = largest(looks.filter(({ share }) => share <= SETTLED_AT));
  const after = largest(looks.filter(({ share }) => share >= 1 - SETTLED_AT));
  const slope = slopeOf(looks.filter(({ share }) => share > SETTLED_AT)) / (EVENTS / 100_000);
  say(`${id}: ${before.toFixed(0)} at a fifth, ${after.toFixed(0)} at the end, ${slope.toFixed(1)} per 100,000 events`);
  const ratio = Number((after / before).toFixed(3));
  const value = Math.round(after);
  const baseline = Math.round(before);
  return { id, value, unit: 'MB', baseline, ratio, goal: 'ratio <= 1.25', met: ratio <= 1.25, runs: [value] };
}

/** MiB per whole share, by least squares. */
function slopeOf(looks: readonly Look[]): number {
  const mean = (of: (look: Look) => number) => looks.reduce((sum, look) => sum + of(look), 0) / looks.length;
  const [x, y] = [mean(({ share }) => share), mean(({ mebibytes }) => mebibytes)];
  const spread = mean(({ share }) => (share - x) ** 2);
  return mean(({ share, mebibytes }) => (share - x) * (mebibytes - y)) / spread;
}
