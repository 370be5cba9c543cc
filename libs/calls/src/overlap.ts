import type { CallFacts } from './call-facts.js';
import { SILENCE_SEC } from './ending.js';
import { isTalking } from './legs.js';
import { LONGEST_CALL_SEC } from './start.js';

/**
 * Can two ids be one conversation by their times (R15)? Not if one began after all that was heard of the other. A
 * call-back is a call of its own however soon it follows the lost one (reference/pbx-events.md §4.6): what began before it
 * is another call.
 *
 * When a call was, the PBX's clock tells and ours: that may be hours off, and this takes what comes late for late. They are
 * two calls only if they are so by every clock, and by the one of each against the other of the other.
 *
 * @param apartMs how long after the one the other may still begin
 */
export function canBeOneByTime(a: CallFacts, b: CallFacts, apartMs: number): boolean {
  if (a.isOnlyRecorded || b.isOnlyRecorded) return true; // recordings do not tell when a call was
  if (isCalledBack(a, b) || isCalledBack(b, a)) return false;
  return spansOf(a).some((x) => spansOf(b).some((y) => isNear(x, y, apartMs)));
}

/** Clocks round to the second, and a leg may be told that long after the one that it follows has ended. */
export const ROUNDED_MS = 5_000;

/** Longer than a client waits in a queue, or a colleague's phone rings, after a transfer. */
export const TRANSFER_MS = 15 * 60_000;

/** Unix ms. */
interface Span {
  readonly from: number;
  readonly until: number;
}

const isNear = (x: Span, y: Span, apartMs: number): boolean =>
  x.from <= y.until + apartMs && y.from <= x.until + apartMs;

function isCalledBack(lost: CallFacts, back: CallFacts): boolean {
  if (!back.isCallBack || lost.isCallBack) return false;
  const isByPbx = lost.heard.start.isByPbx && back.heard.start.isByPbx;
  return isByPbx ? lost.startedAt < back.startedAt : lost.firstReceivedAt < back.firstReceivedAt;
}

/** From its beginning to the newest that was heard of it; as long as its end is not told, it goes on (R4). */
function spansOf(facts: CallFacts): readonly Span[] {
  const { ended } = facts;
  const goesOnSec = ended === null ? (facts.legs.some(isTalking) ? LONGEST_CALL_SEC : SILENCE_SEC) : 0;
  const told = ended?.totalSec ?? (ended?.waitSec ?? 0) + (ended?.talkSec ?? 0);
  const lastedSec = told > LONGEST_CALL_SEC ? 0 : told;
  const span = (first: string, last: string): Span => {
    const until = Date.parse(last);
    return { from: Math.min(Date.parse(first), until - lastedSec * 1000), until: until + goesOnSec * 1000 };
  };
  const byReceipt = span(facts.firstReceivedAt, facts.lastReceivedAt);
  return facts.heard.start.isByPbx ? [span(facts.startedAt, facts.lastAt), byReceipt] : [byReceipt];
}
