import { type LogEntry } from '../control/request-log.js';

/** Two writes that were under way at the same time and must not have been (faults.md I6, I4). */
export interface Overlap {
  readonly firstSeq: number;
  readonly secondSeq: number;
  /** `two_tokens`: of two holders of one account; `same_thing`: about one marker or one entity. */
  readonly why: 'two_tokens' | 'same_thing';
  /** The two tokens, or the marker or path that both name. */
  readonly what: string;
}

/**
 * From the times of the log alone: a write is under way from its arrival until its answer or reset. Several writes of one
 * token about different things are in order. A token that is not used any more after the other's first write was handed
 * over (rotation), not shared; two holders of one token can be told apart by what they write only.
 */
export function overlapsIn(entries: readonly LogEntry[]): Overlap[] {
  const lastUse = new Map(entries.map((entry) => [entry.tokenId, entry.seq]));
  const overlaps: Overlap[] = [];
  let underWay: LogEntry[] = [];
  for (const write of entries.filter((entry) => entry.method !== 'GET' && entry.tokenId !== null)) {
    underWay = underWay.filter((earlier) => (earlier.finishedAtMs ?? Infinity) > write.atMs);
    for (const earlier of underWay) {
      const pair = { firstSeq: earlier.seq, secondSeq: write.seq };
      const isShared = earlier.tokenId !== write.tokenId && (lastUse.get(earlier.tokenId) ?? 0) > write.seq;
      if (isShared) overlaps.push({ ...pair, why: 'two_tokens', what: `${earlier.tokenId}, ${write.tokenId}` });
      const what = thingOfBoth(earlier, write);
      if (what !== undefined) overlaps.push({ ...pair, why: 'same_thing', what });
    }
    underWay.push(write);
  }
  return overlaps;
}

function thingOfBoth(a: LogEntry, b: LogEntry): string | undefined {
  const isOneEntity = a.method !== 'POST' && a.path === b.path && /\/\d+$/.test(a.path);
  return isOneEntity ? a.path : a.markers.find((marker) => b.markers.includes(marker));
}
