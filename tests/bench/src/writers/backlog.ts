import type { EffectCommand } from '@perezvon/contracts';
import { startProcess } from '../process.js';
import { median, type Row } from '../rows.js';
import { anHourAgo, BenchCall, phoneOf } from './bench-calls.js';
import { TOKEN, type SeenRequest } from './emulator.js';
import { Stage, type Round, type StagePortal } from './stage.js';

const CALLS = 300;
const MIXED_CALLS = 64;
/** The baseline needs three requests of 1.1/7 s for each. */
const NAIVE_CALLS = 6;

interface Measured {
  readonly perSecond: number;
  readonly requestsPerCall: number;
  readonly overLimitWindows: number;
  /** What was asked how often, the most frequent first: where the requests of a call go. */
  readonly requests: string;
}

type Figure = 'perSecond' | 'requestsPerCall' | 'overLimitWindows';

/**
 * One portal with a backlog, at amoCRM's own limit of 7 requests a second: how many calls a second are written, with how
 * many requests each, reads included, from the first request for them to the last answer; in turns with a writer that
 * makes one request per step.
 */
export async function benchBacklog(runs: number, say: (line: string) => void): Promise<Row[]> {
  const stage = await Stage.open(1);
  try {
    const [ours, mixed, naive]: [Measured[], Measured[], Measured[]] = [[], [], []];
    for (let run = 1; run <= runs; run += 1) {
      naive.push(await naiveRound(stage));
      const both = await writerRound(stage);
      ours.push(both.ours);
      mixed.push(both.mixed);
      for (const [name, all] of [
        ['naive', naive],
        ['ours', ours],
        ['mixed', mixed],
      ] as const) {
        const last = all.at(-1);
        if (last === undefined) continue;
        const { perSecond, requestsPerCall, requests } = last;
        say(
          `run ${String(run)} ${name}: ${perSecond.toFixed(1)} calls/s, ${requestsPerCall.toFixed(3)} requests per call: ${requests}`,
        );
      }
    }
    return rowsOf(ours, mixed, naive);
  } finally {
    await stage.end();
  }
}

/** First new clients alone, then the eight cells. */
async function writerRound(stage: Stage): Promise<{ ours: Measured; mixed: Measured }> {
  return stage.round(async (round) => {
    const portal = only(stage.portals);
    round.startWriter();
    await round.portalsAreRead();
    const call = (client: number) => new BenchCall(portal, phoneOf(client), anHourAgo());
    const newClients = Array.from({ length: CALLS }, (_, index) => call(index).answeredUnknown());
    const ours = await backlog(round, portal, newClients);
    const cells = Array.from({ length: MIXED_CALLS }, (_, index) => call(CALLS + knownOf(index)).ofCell(index));
    return { ours, mixed: await backlog(round, portal, cells) };
  });
}

async function backlog(round: Round, portal: StagePortal, calls: readonly EffectCommand[][]): Promise<Measured> {
  const { stage } = round;
  const since = (await stage.emulator.requests(portal.emulated)).at(-1)?.seq ?? 0;
  const before = await round.settledCount();
  const wanted = calls.flat();
  await round.send(wanted);
  await round.settled(before + wanted.length);
  await withoutHarm(round, portal);
  return measured(stage, portal, since, calls.length);
}

/** Whose call it is: the known client of a cell is the one whom the first cell of its eight made. */
const knownOf = (index: number): number => (index % 4 >= 2 ? index - (index % 4) : index);

/** What the same emulator sees of the baseline. */
async function naiveRound(stage: Stage): Promise<Measured> {
  return stage.round(async (round) => {
    const portal = only(stage.portals);
    const calls = Array.from({ length: NAIVE_CALLS }, (_, index) => new BenchCall(portal, phoneOf(index), anHourAgo()));
    await round.send(calls.flatMap((call) => call.answeredUnknown()));
    const naive = startProcess(new URL('naive-writer.js', import.meta.url), {
      KAFKA_BROKERS: stage.brokers,
      PORTAL_URL: portal.emulated.url,
      PORTAL_TOKEN: TOKEN,
    });
    try {
      const isDone = async () => notesIn(await stage.emulator.requests(portal.emulated)) >= NAIVE_CALLS;
      await naive.unlessItDies(round.until(isDone));
    } finally {
      await naive.end();
    }
    return measured(stage, portal, 0, NAIVE_CALLS);
  });
}

const notesIn = (requests: readonly SeenRequest[]): number =>
  requests
    .filter(({ method, path, status }) => method === 'POST' && path.endsWith('/notes') && status === 200)
    .reduce((sum, { items }) => sum + items, 0);

async function measured(stage: Stage, portal: StagePortal, afterSeq: number, calls: number): Promise<Measured> {
  const requests = await stage.emulator.requests(portal.emulated, afterSeq);
  const { overLimitWindows } = await stage.emulator.report(portal.emulated);
  const [first, last] = [requests[0], requests.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing was requested');
  return {
    perSecond: (calls / Math.max(1, last.atMs - first.atMs)) * 1000,
    requestsPerCall: requests.length / calls,
    overLimitWindows: overLimitWindows.length,
    requests: countedByKind(requests),
  };
}

/** Ids in paths are one kind, and a search is told from a list. */
function countedByKind(requests: readonly SeenRequest[]): string {
  const counts = new Map<string, number>();
  for (const { method, path, search } of requests) {
    const kind = `${method} ${path.replace('/api/v4/', '').replaceAll(/\/\d+/g, '/{id}')}${search.includes('query=') ? '?query' : ''}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([kind, count]) => `${String(count)} ${kind}`).join(', ');
}

/** A fast writer that does harm has no figure. */
async function withoutHarm(round: Round, portal: StagePortal): Promise<void> {
  const { blindResends, outOfOrder, duplicates } = await round.stage.emulator.report(portal.emulated);
  const harm = [...blindResends, ...outOfOrder, ...Object.values(duplicates).flat()];
  if (harm.length > 0) throw new Error(`the writer did harm: ${JSON.stringify(harm.slice(0, 3))}`);
}

function only<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is none');
  return one;
}

function rowsOf(ours: readonly Measured[], mixed: readonly Measured[], naive: readonly Measured[]): Row[] {
  const of = (all: readonly Measured[], figure: Figure) => all.map((each) => Number(each[figure].toFixed(3)));
  const row = (id: string, unit: string, all: readonly Measured[], figure: Figure) => {
    const runs = of(all, figure);
    const [value, baseline] = [median(runs), median(of(naive, figure))];
    return { id, value, unit, baseline, ratio: Number((value / baseline).toFixed(3)), runs };
  };
  const perCall = row('requests_per_call_backlog', 'requests', ours, 'requestsPerCall');
  const perSecond = row('calls_per_second_per_portal', 'calls/s', ours, 'perSecond');
  const cells = row('calls_per_second_mixed_cells', 'calls/s', mixed, 'perSecond');
  const windows = [...of(ours, 'overLimitWindows'), ...of(mixed, 'overLimitWindows')];
  return [
    { ...perCall, goal: '<= 0.15', met: perCall.value <= 0.15 },
    { ...perSecond, goal: '>= 45', met: perSecond.value >= 45 },
    { ...cells, goal: 'reported', met: true },
    {
      id: 'over_limit_windows',
      value: Math.max(...windows),
      unit: 'windows',
      goal: '0, the worst of all runs',
      met: windows.every((count) => count === 0),
      runs: windows,
    },
  ];
}
