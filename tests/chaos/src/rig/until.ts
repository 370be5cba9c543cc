import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_AGAIN_MS = 100;

/** Waits for a state, not for a time. @returns what was seen, or undefined when the deadline came first */
export async function within<T>(
  deadlineMs: number,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T | undefined> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > giveUpAt) return undefined;
    await sleep(LOOK_AGAIN_MS);
  }
}

/** The same for what a run cannot go on without. @throws when the deadline came first */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 300_000,
): Promise<T> {
  const seen = await within(deadlineMs, look);
  if (seen === undefined) throw new Error(`not within ${String(deadlineMs / 1000)} s: ${what}`);
  return seen;
}
