import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../rows.js';
import { BenchCall, phoneOf } from './bench-calls.js';
import { Stage, type Round } from './stage.js';

const PORTALS = 1_000;
const BLOCKED = 100;
const CALLS_PER_SECOND = 100;
const GOAL = 1.1;
/** Seldom: the rows tell when each call was done, and counting them is work for Postgres. */
const LOOK_EVERY_MS = 1_000;

/**
 * A thousand amoCRM accounts, one call each within ten seconds: how long the healthy ones take from the command in Kafka
 * to the written note, with a hundred others blocked (403) and with none, in turns.
 */
export async function benchBlockedPortals(runs: number, say: (line: string) => void): Promise<Row[]> {
  const stage = await Stage.open(PORTALS);
  try {
    const [none, some]: [number[], number[]] = [[], []];
    await stage.round(async (round) => {
      round.startWriter();
      await round.portalsAreRead();
      // Not measured: connections are made and code is compiled.
      await wave(round, 0);
      for (let run = 1; run <= runs; run += 1) {
        none.push(await wave(round, 2 * run));
        await block(round);
        some.push(await wave(round, 2 * run + 1));
        await unblock(round);
        say(`run ${String(run)}: p99 ${String(none.at(-1))} ms, with blocked ones ${String(some.at(-1))} ms`);
      }
    });
    return [rowOf(none, some)];
  } finally {
    await stage.end();
  }
}

/** Every tenth: spread over the wave, so that healthy ones come behind each. */
const isBlocked = (index: number): boolean => index % (PORTALS / BLOCKED) === 0;

/** One call to each portal. @returns p99 of the healthy ones, from sending the command to its last outcome, ms */
async function wave(round: Round, number: number): Promise<number> {
  const sentAt = new Map<string, number>();
  const startedAt = performance.now();
  for (const [index, portal] of round.stage.portals.entries()) {
    const call = new BenchCall(portal, phoneOf(number));
    if (!isBlocked(index)) sentAt.set(call.callId, Date.now());
    await round.send(call.answeredUnknown());
    await sleep(Math.max(0, startedAt + ((index + 1) * 1000) / CALLS_PER_SECOND - performance.now()));
  }
  const calls = [...sentAt.keys()];
  const open = `select count(*)::int as n from amocrm_writer.effect where state = 'done' and call_id = any($1::uuid[])`;
  await round.until(async () => (await round.number(open, [calls])) === 3 * calls.length, LOOK_EVERY_MS);
  const { rows } = await round.database.query<{ call_id: string; at: number }>(
    `select call_id, (extract(epoch from max(updated_at)) * 1000)::float8 as at from amocrm_writer.effect
      where call_id = any($1::uuid[]) group by call_id`,
    [calls],
  );
  const taken = rows.map(({ call_id, at }) => at - (sentAt.get(call_id) ?? 0)).sort((a, b) => a - b);
  return Math.round(taken[Math.ceil(taken.length * 0.99) - 1] ?? Infinity);
}

async function block({ stage }: Round): Promise<void> {
  for (const [index, { emulated }] of stage.portals.entries()) {
    if (isBlocked(index)) await stage.emulator.control(emulated, 'POST', '/block');
  }
}

/** As support lifts a block; the probes, which come after a quarter of an hour, are brought forward. */
async function unblock(round: Round): Promise<void> {
  const { stage, database } = round;
  for (const [index, { emulated }] of stage.portals.entries()) {
    if (isBlocked(index)) await stage.emulator.control(emulated, 'POST', '/unblock');
  }
  await database.query(`update amocrm_writer.portal set stop_until = clock_timestamp() where stop_reason is not null`);
  await database.query(`update amocrm_writer.lane set wake_at = clock_timestamp() where wake_at is not null`);
  const open = `select count(*)::int as n from amocrm_writer.effect where state <> 'done'`;
  await round.until(async () => (await round.number(open)) === 0, LOOK_EVERY_MS);
}

function rowOf(none: readonly number[], some: readonly number[]): Row {
  const [value, baseline] = [median(some), median(none)];
  const ratio = Number((value / baseline).toFixed(3));
  return {
    id: 'blocked_portals_p99_ratio',
    value,
    unit: 'ms',
    baseline,
    ratio,
    goal: `ratio <= ${String(GOAL)}`,
    met: ratio <= GOAL,
    runs: some,
  };
}
