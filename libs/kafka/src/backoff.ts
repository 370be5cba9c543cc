/** How long to wait before an attempt, in ms. Attempt 1 is the first retry. */
export type Backoff = (attempt: number) => number;

/**
 * Doubles from `initialMs` to `maxMs`, of which the upper half is random: members that failed together do not come back
 * together, and no wait is shorter than half of its step.
 */
export function exponentialBackoff(initialMs: number, maxMs: number, random: () => number = Math.random): Backoff {
  return (attempt) => {
    const step = Math.min(maxMs, initialMs * 2 ** Math.min(attempt - 1, 30));
    return step / 2 + (random() * step) / 2;
  };
}
