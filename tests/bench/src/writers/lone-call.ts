import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../rows.js';
import { BenchCall, phoneOf } from './bench-calls.js';
import { Stage, type Round, type StagePortal } from './stage.js';

const CALLS = 100;
/** Lanes take turns, so that each call comes to a lane that has been quiet: the last one was a second and more ago. */
const PORTALS = 12;
const BETWEEN_MS = 100;
const LOOK_EVERY_MS = 5;
/** Not measured: connections are made and code is compiled. */
const WARM_UP = 2 * PORTALS;

/**
 * A call that just happened, of an unknown client, at an idle lane: from the moment its command is handed to Kafka until
 * amoCRM has the request that creates the contact with its deal.
 */
export async function benchLoneCall(runs: number, say: (line: string) => void): Promise<Row[]> {
  const stage = await Stage.open(PORTALS);
  try {
    const p50s: number[] = [];
    const p99s: number[] = [];
    await stage.round(async (round) => {
      round.startWriter();
      await round.portalsAreRead();
      await loneCalls(round, 0, WARM_UP);
      for (let run = 1; run <= runs; run += 1) {
        const sorted = (await loneCalls(round, WARM_UP + (run - 1) * CALLS, CALLS)).sort((a, b) => a - b);
        p50s.push(median(sorted));
        p99s.push(sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Infinity);
        say(`run ${String(run)}: p50 ${(p50s.at(-1) ?? 0).toFixed(0)} ms, p99 ${(p99s.at(-1) ?? 0).toFixed(0)} ms`);
      }
    });
    return [rowOf('lone_call_p50_ms', p50s, 60), rowOf('lone_call_p99_ms', p99s, 250)];
  } finally {
    await stage.end();
  }
}

async function loneCalls(round: Round, first: number, count: number): Promise<number[]> {
  const taken: number[] = [];
  for (let index = first; index < first + count; index += 1) {
    const portal = round.stage.portals[index % PORTALS];
    if (portal === undefined) throw new Error('there is no portal');
    const since = (await round.stage.emulator.requests(portal.emulated)).at(-1)?.seq ?? 0;
    const sentAt = Date.now();
    await round.send(new BenchCall(portal, phoneOf(index)).answeredUnknown());
    const createdAt = await createdAfter(round, portal, since);
    taken.push(createdAt - sentAt);
    await sleep(BETWEEN_MS);
  }
  return taken;
}

/** When the emulator got the first request that creates a deal, by the clock that both share. */
async function createdAfter(round: Round, { emulated }: StagePortal, afterSeq: number): Promise<number> {
  let createdAt = 0;
  await round.until(async () => {
    const requests = await round.stage.emulator.requests(emulated, afterSeq);
    createdAt = requests.find(({ method, path }) => method === 'POST' && path.endsWith('/complex'))?.atMs ?? 0;
    return createdAt > 0;
  }, LOOK_EVERY_MS);
  return createdAt;
}

function rowOf(id: string, runs: readonly number[], atMost: number): Row {
  const value = Number(median(runs).toFixed(1));
  return { id, value, unit: 'ms', goal: `<= ${String(atMost)}`, met: value <= atMost, runs };
}
