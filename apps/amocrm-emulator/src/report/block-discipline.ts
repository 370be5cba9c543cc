import { type LogEntry } from '../control/request-log.js';

/** A request to a blocked account before its caller could have meant it as a probe (faults.md I5). */
export interface RequestDuringBlock {
  readonly seq: number;
  /** Since the caller was told of the block, or since its last probe. */
  readonly afterMs: number;
  readonly allowedAfterMs: number;
}

const FIRST_PROBE_MS = 15 * 60_000;
const SLOWEST_PROBE_MS = 4 * 3_600_000;

/**
 * States: open → (the first 403 of a block is answered) → told → (a request after 15 minutes: a probe) → told, and the
 * next wait is twice as long, up to 4 hours → (a request that the block does not stop) → open.
 *
 * What was on its way before that first 403 had been answered is nobody's fault.
 */
export function requestsDuringBlockIn(entries: readonly LogEntry[]): RequestDuringBlock[] {
  const found: RequestDuringBlock[] = [];
  let told: { sinceMs: number; waitMs: number } | undefined;
  for (const entry of entries) {
    if (!entry.whileBlocked) {
      // Without a token a request tells nothing about the block.
      if (entry.tokenId !== null) told = undefined;
      continue;
    }
    if (told === undefined) {
      told = { sinceMs: entry.finishedAtMs ?? entry.atMs, waitMs: FIRST_PROBE_MS };
      continue;
    }
    if (entry.atMs <= told.sinceMs) continue;
    const afterMs = entry.atMs - told.sinceMs;
    if (afterMs < told.waitMs) found.push({ seq: entry.seq, afterMs, allowedAfterMs: told.waitMs });
    else told = { sinceMs: entry.finishedAtMs ?? entry.atMs, waitMs: Math.min(told.waitMs * 2, SLOWEST_PROBE_MS) };
  }
  return found;
}
