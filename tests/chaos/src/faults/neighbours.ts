import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { type Tenant } from '../rig/tenant.js';
import { type Act, besideTheWork } from './beside-the-work.js';
import { type Fault, isOver, type Session } from './fault.js';

/** What one account has to suffer from the others (faults.md I7): reported here, asserted in virtual time elsewhere. */

/** Waiting effects of a tenant's calls, milliseconds: the p99 of how long they were in the ledger before they were done. */
async function p99Ms(arena: Arena, tenants: readonly Tenant[], from: string, to: string): Promise<number> {
  const names = tenants.map(({ accountId }) => `'${accountId}'`).join(',');
  const [row] = await arena.ledger.ask<{ p99: number | null }>(`
    select percentile_cont(0.99) within group (order by extract(epoch from updated_at - created_at) * 1000)::float8 as p99
      from amocrm_writer.effect
     where state = 'done' and revision = 1 and account_id in (${names})
       and created_at between '${from}' and '${to}'`);
  return row?.p99 ?? 0;
}

/** A quiet span before the fault: what the healthy ones are compared with. */
const BASELINE_MS = 10_000;
const LARGEST_DELAY_MS = 14_000;

/** Some accounts answer slowly; the others are watched. */
function slowShare(share: number) {
  return async (arena: Arena, session: Session): Promise<Act> => {
    const slow = arena.tenants.slice(0, Math.max(1, Math.round(arena.tenants.length * share)));
    const healthy = arena.tenants.slice(slow.length);
    const began = new Date().toISOString();
    await sleep(BASELINE_MS);
    const struck = new Date().toISOString();
    for (const { portal } of slow) {
      for (const ms of [50, 500, 5_000, LARGEST_DELAY_MS]) {
        arena.fault({ kind: 'delay', portal: portal.id, ms, probability: 0.25, count: null });
      }
    }
    while (!isOver(session, arena.faultsFired)) await sleep(500);
    const ended = new Date().toISOString();
    const injections = arena.faultsFired;
    arena.endFaults();
    const baseline = await p99Ms(arena, healthy, began, struck);
    const beside = await p99Ms(arena, healthy, struck, ended);
    return {
      injections,
      figures: { 'healthy p99 before, ms': baseline, 'healthy p99 beside the slow, ms': beside },
    };
  };
}

const NOISE_CALLS = 100;

async function makeNoise(arena: Arena, session: Session): Promise<Act> {
  const [noisy, ...others] = arena.tenants;
  if (noisy === undefined) throw new Error('nobody is there to make noise');
  const began = new Date().toISOString();
  await sleep(BASELINE_MS);
  const struck = new Date().toISOString();
  let injections = 0;
  while (!isOver(session, injections)) {
    await arena.put(NOISE_CALLS, [noisy]);
    injections += 1;
    await sleep(6_000);
  }
  const ended = new Date().toISOString();
  return {
    injections,
    figures: {
      'the others’ p99 before, ms': await p99Ms(arena, others, began, struck),
      'the others’ p99 beside the noise, ms': await p99Ms(arena, others, struck, ended),
    },
  };
}

export const neighbourFaults: readonly Fault[] = [
  besideTheWork({
    id: 'F8-10',
    title: '10 % of the accounts answer after 50 ms to 14 s',
    goal: 300,
    act: slowShare(0.1),
  }),
  besideTheWork({
    id: 'F8-50',
    title: '50 % of the accounts answer after 50 ms to 14 s',
    goal: 300,
    act: slowShare(0.5),
  }),
  besideTheWork({
    id: 'F21',
    title: 'a noisy neighbour: one account sends a hundred calls at once, again and again',
    goal: 10,
    act: makeNoise,
  }),
];
