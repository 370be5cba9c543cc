import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition, not for a time. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error('did not come true in 30 s');
    await sleep(20);
  }
}
