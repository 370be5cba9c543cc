/**
 * A lane's pause in milliseconds, or what amoCRM asked for: 1 s doubling to 20 s, so that an outage of minutes is over for us
 * within 30 s of its end; a lane that fails for longer than some ten minutes is tried every 5 min.
 */
export function pauseMsAfter(failedTurns: number, askedMs: number): number {
  const growing = Math.min(1_000 * 2 ** Math.min(failedTurns, 16), shortOutageMs);
  return Math.max(askedMs, failedTurns < turnsOfShortOutage ? growing : longestPauseMs);
}

const shortOutageMs = 20_000;
const turnsOfShortOutage = 36;
export const longestPauseMs = 5 * 60_000;
