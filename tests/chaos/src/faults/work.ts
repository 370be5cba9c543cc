import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena } from '../rig/arena.js';
import { within } from '../rig/until.js';

/** Effects of one tenant that are kept on their way: enough for batches, not so many that a fault waits behind a backlog. */
const OPEN_PER_TENANT = 12;
const BETWEEN_WAVES_MS = 400;
/** A row whose effects have not ended by then has lost them. */
const SETTLE_DEADLINE_MS = 240_000;

/** Puts calls in waves of differing size, mostly one or two and now and then a batch, until told to stop. */
export async function feed(arena: Arena, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const { open } = await arena.ledger.progress();
    if (open < arena.tenants.length * OPEN_PER_TENANT) {
      await arena.put(arena.dice.roll() < 0.15 ? arena.dice.between(3, 6) : 1);
    }
    await arena.ledger.hurry();
    await sleep(BETWEEN_WAVES_MS);
  }
}

/** Waits until every effect has ended. What has not at the deadline is for the judge to find. */
export async function settle(arena: Arena, deadlineMs = SETTLE_DEADLINE_MS): Promise<void> {
  await within(deadlineMs, async () => {
    await arena.ledger.hurry();
    const { revisions, open } = await arena.ledger.progress();
    return revisions >= arena.load.revisions && open === 0;
  });
}
