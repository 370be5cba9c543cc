import { setImmediate as nextTurn } from 'node:timers/promises';

/** What a routing question may have to wait for one batch of the stream at a time. */
const TURN_MS = 4;

/**
 * Maps in order, giving the rest of the process its turn every few milliseconds: a batch of hundreds of calls would keep
 * a caller on the line waiting (R13).
 */
export async function inTurns<Item, Result>(items: readonly Item[], of: (item: Item) => Result): Promise<Result[]> {
  const results: Result[] = [];
  let turnMs = performance.now();
  for (const item of items) {
    results.push(of(item));
    if (performance.now() - turnMs < TURN_MS) continue;
    await nextTurn();
    turnMs = performance.now();
  }
  return results;
}
