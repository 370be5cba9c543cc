import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Row } from '../rows.js';
import { BenchCall, phoneOf } from '../writers/bench-calls.js';
import { Stage, type Round, type StagePortal } from '../writers/stage.js';

/** An account that can be read to its end within one run, at the pace that a real one is read at. */
const CONTACTS_AT_PACE = 10_000;
/** What issue 6 names; read without a pause between pages, because its 400 pages at one a second are seven minutes. */
const CONTACTS_LIFTED = 100_000;
const PAGE = 250;
const BETWEEN_CALLS_MS = 500;
const LOOK_EVERY_MS = 5;
/** Phones of the account's contacts are far from those of the calls. */
const FIRST_CALL = 500_000;
const WARM_UP = 10;
const QUIET_CALLS = 60;

/**
 * The background read of an account: how fast it goes within its share of the budget, what a live call notices of it, and
 * what a large account costs in memory.
 */
export async function benchMirror(runs: number, say: (line: string) => void): Promise<Row[]> {
  const stage = await Stage.open(1);
  const rates: number[] = [];
  const ratios: number[] = [];
  const lifted: number[] = [];
  const memory: number[] = [];
  try {
    for (let run = 1; run <= runs; run += 1) {
      const quiet = await stage.round((round) => callsOnly(round));
      const { seconds, calls, pages } = await stage.round((round) => readAtPace(round));
      rates.push(CONTACTS_AT_PACE / seconds);
      ratios.push(percentile(calls, 0.99) / percentile(quiet, 0.99));
      say(
        `run ${String(run)}: ${String(CONTACTS_AT_PACE)} contacts in ${seconds.toFixed(0)} s, ${String(pages)} pages`,
      );
      say(`  a lone call meanwhile ${shown(calls)}, without ${shown(quiet)}`);
      const large = await stage.round((round) => readWithoutPause(round));
      lifted.push(CONTACTS_LIFTED / large.seconds);
      memory.push(large.grownMb);
      say(
        `  ${String(CONTACTS_LIFTED)} contacts without a pause in ${large.seconds.toFixed(0)} s, ` +
          `${large.grownMb.toFixed(0)} MB more at its highest (${large.peakMb.toFixed(0)} MB)`,
      );
    }
    return [
      row('mirror_contacts_per_second', 'contacts/s', rates, '>= 150', (value) => value >= 150),
      row('mirror_live_call_p99_ratio', 'ratio', ratios, '<= 1.25', (value) => value <= 1.25),
      row('mirror_lifted_contacts_per_second', 'contacts/s', lifted, '>= 1000', (value) => value >= 1_000),
      row('mirror_100k_memory_mb', 'MB', memory, '<= 100', (value) => value <= 100),
    ];
  } finally {
    await stage.end();
  }
}

const shown = (taken: readonly number[]): string =>
  `p50 ${percentile(taken, 0.5).toFixed(0)} ms, p99 ${percentile(taken, 0.99).toFixed(0)} ms of ${String(taken.length)}`;

/** The same calls at an account of the same size that is not read. */
async function callsOnly(round: Round): Promise<number[]> {
  await fill(round, CONTACTS_AT_PACE);
  round.startWriter({ AMOCRM_MIRROR_MONTHS: '0' });
  await round.portalsAreRead();
  await liveCalls(round, 0, WARM_UP);
  return liveCalls(round, WARM_UP, QUIET_CALLS);
}

async function readAtPace(round: Round): Promise<{ seconds: number; calls: number[]; pages: number }> {
  await fill(round, CONTACTS_AT_PACE);
  round.startWriter({ AMOCRM_MIRROR_MONTHS: '24' });
  await round.portalsAreRead();
  const startedAt = performance.now();
  await liveCalls(round, 0, WARM_UP);
  const calls: number[] = [];
  let next = WARM_UP;
  while (!(await isRead(round))) {
    calls.push(...(await liveCalls(round, next, 1)));
    next += 1;
  }
  return { seconds: (performance.now() - startedAt) / 1000, calls, pages: await pagesOf(round) };
}

async function readWithoutPause(round: Round): Promise<{ seconds: number; peakMb: number; grownMb: number }> {
  await fill(round, CONTACTS_LIFTED);
  const writer = round.startWriter({ AMOCRM_MIRROR_MONTHS: '24', AMOCRM_MIRROR_PACE_MS: '0' });
  await round.portalsAreRead();
  const mb = () => writer.residentBytes() / 2 ** 20;
  const before = mb();
  let peakMb = before;
  const startedAt = performance.now();
  await round.until(async () => {
    peakMb = Math.max(peakMb, mb());
    return isRead(round);
  });
  return { seconds: (performance.now() - startedAt) / 1000, peakMb, grownMb: peakMb - before };
}

const isRead = async (round: Round): Promise<boolean> =>
  (await round.number(`select count(*)::int as n from amocrm_writer.mirror where read_at is not null`)) === 1;

async function pagesOf(round: Round): Promise<number> {
  const requests = await round.stage.emulator.requests(portalOf(round).emulated);
  return requests.filter(({ method, path }) => method === 'GET' && path === '/api/v4/contacts').length;
}

function portalOf(round: Round): StagePortal {
  const [portal] = round.stage.portals;
  if (portal === undefined) throw new Error('there is no portal');
  return portal;
}

/** What the account holds before we come, unchanged since yesterday. */
async function fill(round: Round, contacts: number): Promise<void> {
  const { emulated } = portalOf(round);
  const updated_at = Math.floor(Date.now() / 1000) - 86_400;
  for (let at = 0; at < contacts; at += PAGE) {
    const body = Array.from({ length: PAGE }, (_, index) => ({
      name: `Клиент ${String(at + index)}`,
      updated_at,
      custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phoneOf(at + index), enum_code: 'MOB' }] }],
    }));
    const byHand = { method: 'POST', path: '/api/v4/contacts', body };
    await round.stage.emulator.control(emulated, 'POST', '/by-hand', byHand);
  }
}

/** From the moment the command is handed to Kafka until amoCRM has the request that creates, in milliseconds each. */
async function liveCalls(round: Round, first: number, count: number): Promise<number[]> {
  const portal = portalOf(round);
  const taken: number[] = [];
  for (let index = first; index < first + count; index += 1) {
    const since = (await round.stage.emulator.requests(portal.emulated)).at(-1)?.seq ?? 0;
    const sentAt = Date.now();
    await round.send(new BenchCall(portal, phoneOf(FIRST_CALL + index)).answeredUnknown());
    let createdAt = 0;
    await round.until(async () => {
      const requests = await round.stage.emulator.requests(portal.emulated, since);
      createdAt = requests.find(({ method, path }) => method === 'POST' && path.endsWith('/complex'))?.atMs ?? 0;
      return createdAt > 0;
    }, LOOK_EVERY_MS);
    taken.push(createdAt - sentAt);
    await sleep(BETWEEN_CALLS_MS);
  }
  return taken;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Infinity;
}

function row(id: string, unit: string, runs: readonly number[], goal: string, isMet: (value: number) => boolean): Row {
  const value = Number(median(runs).toFixed(2));
  return { id, value, unit, goal, met: isMet(value), runs };
}
