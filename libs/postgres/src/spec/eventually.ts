import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a state; the deadline only ends a spec that failed. */
export async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 15_000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error('did not come true in 15 s');
    await sleep(20);
  }
}
