/**
 * How long to let messages gather before the next fetch (ms).
 *
 * A batch costs a transaction, some round trips and a commit of its offset whatever its size. A consumer that keeps up
 * would fetch again at once, get the one or two messages that came meanwhile, and spend most of a processor on that at a
 * fraction of its pace. So it rests for three times as long as it has just worked, and takes what has come since
 * together: batches grow with the load, and it is busy for a quarter of the time at most. What has a backlog does not rest, and
 * neither does a message wait that comes after idleness: the rest follows the work.
 */
export function gatheringTime(after: {
  readonly workedMs: number;
  /** Nothing was left in the partition when the batch was fetched. */
  readonly isCaughtUp: boolean;
  readonly atMostMs: number;
}): number {
  return after.isCaughtUp ? Math.min(REST_PER_WORK * after.workedMs, after.atMostMs) : 0;
}

const REST_PER_WORK = 3;
