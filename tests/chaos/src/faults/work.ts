import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { within } from '../rig/until.js';

/**
 * Effects of one tenant that are kept on their way: enough for batches, not so many that a fault waits behind a backlog. Each
 * tenant is counted by itself: what waits for an account that is shut must not keep the calls of the others away.
 */
const OPEN_PER_TENANT = 12;
const BETWEEN_WAVES_MS = 400;
/** A row whose effects have not ended by then has lost them. */
const SETTLE_DEADLINE_MS = 240_000;

/** Puts calls in waves of differing size, mostly one or two and now and then a batch, until told to stop. */
export async function feed(arena: Arena, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const open = await arena.ledger.openByAccount();
    const hungry = arena.tenants.filter(({ accountId }) => (open.get(accountId) ?? 0) < OPEN_PER_TENANT);
    await arena.put(arena.dice.roll() < 0.15 ? arena.dice.between(3, 6) : 1, hungry);
    await arena.ledger.hurry();
    await sleep(BETWEEN_WAVES_MS);
  }
}

/**
 * Waits until every effect has ended. What has not at the deadline is for the judge to find.
 * @param help what an operator does meanwhile, over and over
 */
export async function settle(
  arena: Arena,
  { deadlineMs = SETTLE_DEADLINE_MS, help }: { deadlineMs?: number; help?: (arena: Arena) => Promise<void> } = {},
): Promise<void> {
  await within(deadlineMs, async () => {
    await help?.(arena);
    await arena.ledger.hurry();
    const { revisions, open } = await arena.ledger.progress();
    return revisions >= arena.load.revisions && open === 0;
  });
}
