import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { type Tenant } from '../rig/tenant.js';

/** What the rows report of how fast the work goes, from the ledger's own times, after everything has ended. */

/** Wall clock, which this process shares with Postgres. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** Writers are warm after it: code compiled, connections open, batches of the first wave gone. */
const WARM_UP_MS = 8_000;
const BEFORE_MS = 20_000;
/** faults.md I8: as fast as before within 30 s of the fault's end. */
const AFTER_MS = 30_000;
const AS_FAST = 0.95;
/** So long must it have been as fast. */
const STEP_SEC = 5;

/** Lets the work go on as it does by itself. */
export async function watch(arena: Arena, ms: number): Promise<Span> {
  const from = new Date();
  arena.ledger.hurries = false;
  await sleep(ms);
  arena.ledger.hurries = true;
  return { from, to: new Date() };
}

/** The undisturbed work that a fault is compared with. */
export async function watchBefore(arena: Arena): Promise<Span> {
  await sleep(WARM_UP_MS);
  return watch(arena, BEFORE_MS);
}

export const watchAfter = (arena: Arena): Promise<Span> => watch(arena, AFTER_MS);

/** Effects done per second. */
async function paceIn(arena: Arena, { from, to }: Span): Promise<number> {
  const [row] = await arena.ledger.ask<{ done: string }>(`
    select count(*) as done from amocrm_writer.effect
     where state = 'done' and updated_at >= '${from.toISOString()}' and updated_at < '${to.toISOString()}'`);
  return Number(row?.done ?? 0) / ((to.getTime() - from.getTime()) / 1000);
}

/** What faults.md I8 asks: reported here, asserted in virtual time by the writer's own simulation. */
export async function recoveryFigures(arena: Arena, before: Span, after: Span): Promise<Record<string, number>> {
  const usual = await paceIn(arena, before);
  const figures = {
    'effects done a second, before': usual,
    'effects done a second, in the 30 s after': await paceIn(arena, after),
  };
  const end = after.to.getTime();
  for (let at = after.from.getTime(); at + STEP_SEC * 1000 <= end; at += 1_000) {
    const step = { from: new Date(at), to: new Date(at + STEP_SEC * 1000) };
    if ((await paceIn(arena, step)) < AS_FAST * usual) continue;
    return { ...figures, 'as fast as before again after, s': (at - after.from.getTime()) / 1000 };
  }
  return figures;
}

/** The p99 of how long these tenants' effects of that time were in the ledger until they were done, milliseconds. */
export async function p99DwellMs(arena: Arena, tenants: readonly Tenant[], { from, to }: Span): Promise<number> {
  const names = tenants.map(({ accountId }) => `'${accountId}'`).join(',');
  const [row] = await arena.ledger.ask<{ p99: number | null }>(`
    select percentile_cont(0.99) within group (order by extract(epoch from updated_at - created_at) * 1000)::float8 as p99
      from amocrm_writer.effect
     where state = 'done' and revision = 1 and account_id in (${names})
       and created_at >= '${from.toISOString()}' and created_at < '${to.toISOString()}'`);
  return row?.p99 ?? 0;
}
