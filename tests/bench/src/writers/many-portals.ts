import { median, type Row } from '../rows.js';
import { anHourAgo, BenchCall, phoneOf } from './bench-calls.js';
import { Stage, type Round } from './stage.js';

/** So many that amoCRM's limit of one account is not what is measured. */
const PORTALS = 100;
const CALLS_PER_PORTAL = 60;
const GOAL_PER_SECOND = 1_000;
const LOOK_EVERY_MS = 500;

/**
 * How many calls a second (contact, deal, note) one, two and four writer processes write when amoCRM is not the limit: 100
 * accounts with a backlog each. All share two cores with Kafka, Postgres and the emulator.
 */
export async function benchWriters(runs: number, say: (line: string) => void): Promise<Row[]> {
  const stage = await Stage.open(PORTALS);
  try {
    const rates = new Map<number, number[]>([1, 2, 4].map((count) => [count, []]));
    for (let run = 1; run <= runs; run += 1) {
      for (const [count, all] of rates) {
        const rate = await stage.round((round) => backlogRound(round, count));
        all.push(Math.round(rate));
        say(`run ${String(run)}, ${String(count)} writers: ${rate.toFixed(0)} calls/s`);
      }
    }
    return rowsOf(rates);
  } finally {
    await stage.end();
  }
}

async function backlogRound(round: Round, writers: number): Promise<number> {
  const { stage } = round;
  for (let started = 0; started < writers; started += 1) round.startWriter();
  await round.portalsAreRead();
  const wanted = stage.portals.flatMap((portal) =>
    Array.from({ length: CALLS_PER_PORTAL }, (_, index) =>
      new BenchCall(portal, phoneOf(index), anHourAgo()).answeredUnknown(),
    ).flat(),
  );
  await round.send(wanted);
  // Counting takes Postgres milliseconds, and both processors are wanted: the end is read from the rows, not from the clock.
  await round.until(async () => (await round.settledCount()) >= wanted.length, LOOK_EVERY_MS);
  await nothingLostTwiceOrLate(round);
  const startedAt = await firstWriteAt(round);
  const endedAt = await round.number(
    `select (extract(epoch from max(updated_at)) * 1000)::float8 as n from amocrm_writer.effect`,
  );
  return (stage.portals.length * CALLS_PER_PORTAL * 1000) / (endedAt - startedAt);
}

/** By the clock that the emulator and Postgres share. What was read of a portal before belongs to no call. */
async function firstWriteAt({ stage }: Round): Promise<number> {
  const firsts = await Promise.all(
    stage.portals.map(async ({ emulated }) => {
      const requests = await stage.emulator.requests(emulated);
      return requests.find(({ method, path }) => method === 'POST' && path.endsWith('/complex'))?.atMs;
    }),
  );
  const known = firsts.filter((at) => at !== undefined);
  if (known.length < firsts.length) throw new Error('a portal was written to in no batch');
  return Math.min(...known);
}

/** Throughput that costs a call or its order is none. */
async function nothingLostTwiceOrLate({ stage }: Round): Promise<void> {
  for (const { emulated } of stage.portals) {
    const { outOfOrder, blindResends, duplicates } = await stage.emulator.report(emulated);
    const harm = [...outOfOrder, ...blindResends, ...Object.values(duplicates).flat()];
    const { leads, notes } = await stage.emulator.control<{ leads: number; notes: number }>(emulated, 'GET', '/counts');
    if (harm.length > 0 || leads !== CALLS_PER_PORTAL || notes !== CALLS_PER_PORTAL) {
      throw new Error(
        `${emulated.id}: ${String(leads)} deals, ${String(notes)} notes, ${JSON.stringify(harm.slice(0, 3))}`,
      );
    }
  }
}

function rowsOf(rates: ReadonlyMap<number, readonly number[]>): Row[] {
  const of = (count: number): readonly number[] => rates.get(count) ?? [];
  const one = median(of(1));
  const [two, four] = [median(of(2)), median(of(4))];
  return [
    {
      id: 'writer_calls_per_second',
      value: one,
      unit: 'calls/s',
      goal: `>= ${String(GOAL_PER_SECOND)}`,
      met: one >= GOAL_PER_SECOND,
      runs: of(1),
    },
    {
      id: 'writers_2_to_4_ratio',
      value: four,
      unit: 'calls/s',
      baseline: two,
      ratio: Number((four / two).toFixed(3)),
      goal: 'no order lost; ratio as far as two cores allow',
      met: true,
      runs: of(4),
    },
  ];
}
