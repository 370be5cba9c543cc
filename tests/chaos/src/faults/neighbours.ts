import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { type Tenant } from '../rig/tenant.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';
import { p99DwellMs, type Span, watch, watchBefore } from './spans.js';

/** What one account has to suffer from the others (faults.md I7): reported here, asserted in virtual time elsewhere. */

const BETWEEN_WAVES_MS = 400;
const HEALTHY_CALLS = 2;
const LARGEST_DELAY_MS = 14_000;

/**
 * An even load that leaves the machine time: what is measured is the lanes' disturbing each other, not a backlog's length.
 * Always the same for the healthy ones, and one call of a disturbed one beside them.
 */
function evenLoad(disturbedOf: (tenants: readonly Tenant[]) => readonly Tenant[]) {
  return async (arena: Arena, isOverNow: () => boolean): Promise<void> => {
    const disturbed = disturbedOf(arena.tenants);
    const healthy = arena.tenants.slice(disturbed.length);
    while (!isOverNow()) {
      await arena.put(1, [
        ...Array.from({ length: HEALTHY_CALLS }, () => arena.dice.oneOf(healthy)),
        arena.dice.oneOf(disturbed),
      ]);
      await sleep(BETWEEN_WAVES_MS);
    }
  };
}

const firstOf =
  (share: number) =>
  (tenants: readonly Tenant[]): readonly Tenant[] =>
    tenants.slice(0, Math.max(1, Math.round(tenants.length * share)));

async function isolation(arena: Arena, healthy: readonly Tenant[], before: Span, beside: Span) {
  const [quiet, disturbed] = [await p99DwellMs(arena, healthy, before), await p99DwellMs(arena, healthy, beside)];
  return {
    'healthy accounts’ p99 before, ms': quiet,
    'healthy accounts’ p99 beside it, ms': disturbed,
    'ratio': disturbed / quiet,
  };
}

/** Some accounts answer slowly; the others are watched. */
function slowShare(percent: number, tenants: number): Fault {
  const slowOf = firstOf(percent / 100);
  const act = async (arena: Arena, session: Session): Promise<Act> => {
    const slow = slowOf(arena.tenants);
    const healthy = arena.tenants.slice(slow.length);
    const before = await watchBefore(arena);
    for (const { portal } of slow) {
      for (const ms of [50, 500, 5_000, LARGEST_DELAY_MS]) {
        arena.fault({ kind: 'delay', portal: portal.id, ms, probability: 0.25, count: null });
      }
    }
    const from = new Date();
    while (!isOver(session, arena.faultsFired)) await watch(arena, 500);
    const beside = { from, to: new Date() };
    const injections = arena.faultsFired;
    arena.endFaults();
    return { injections, figuresAfterwards: () => isolation(arena, healthy, before, beside) };
  };
  return besideTheWork({
    id: `F8-${String(percent)}`,
    title: `${String(percent)} % of the accounts answer after 50 ms to 14 s`,
    goal: 100,
    arena: { tenants },
    feed: evenLoad(slowOf),
    act,
  });
}

const NOISE_CALLS = 100;
const BETWEEN_NOISES_MS = 6_000;

async function makeNoise(arena: Arena, session: Session): Promise<Act> {
  const [noisy, ...others] = arena.tenants;
  if (noisy === undefined) throw new Error('nobody is there to make noise');
  const before = await watchBefore(arena);
  const from = new Date();
  let injections = 0;
  while (!isOver(session, injections)) {
    await arena.put(NOISE_CALLS, [noisy]);
    injections += 1;
    await watch(arena, BETWEEN_NOISES_MS);
  }
  const beside = { from, to: new Date() };
  return { injections, figuresAfterwards: () => isolation(arena, others, before, beside) };
}

export const neighbourFaults: readonly Fault[] = [
  slowShare(1, 100),
  slowShare(10, 30),
  slowShare(50, 30),
  besideTheWork({
    id: 'F21',
    title: 'a noisy neighbour: one account sends a hundred calls at once, again and again',
    goal: 10,
    feed: evenLoad(firstOf(0)),
    act: makeNoise,
  }),
];
