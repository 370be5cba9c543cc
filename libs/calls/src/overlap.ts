import type { CallFacts } from './call-facts.js';
import { SILENCE_SEC } from './ending.js';
import { isTalking } from './legs.js';
import { LONGEST_CALL_SEC } from './start.js';

/**
 * Can two ids be one conversation by their times (R15)? Only if neither began after the other was over. A call-back is a
 * call of its own however soon it follows the lost one (reference/pbx-events.md §4.6): what began before it is another call.
 *
 * The PBX's clock has the word where it tells the start of both, else our own, which also knows what came late as late.
 * Facts that are partial may keep two calls apart that more facts tie: the look is repeated with every event of either.
 */
export function canBeOneByTime(a: CallFacts, b: CallFacts): boolean {
  const isByPbx = a.heard.start.isByPbx && b.heard.start.isByPbx;
  const [x, y] = [spanOf(a, isByPbx), spanOf(b, isByPbx)];
  if (x === null || y === null) return true;
  const [earlier, later] = x.from <= y.from ? [a, b] : [b, a];
  if (x.from !== y.from && later.isCallBack && !earlier.isCallBack) return false;
  return x.from <= y.until + TOLERANCE_MS && y.from <= x.until + TOLERANCE_MS;
}

/** Clocks round to the second, and a leg may be set up, or be told, that long after the one that it follows has ended. */
const TOLERANCE_MS = 5000;

/** Unix ms. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/** Null: recordings do not tell when a call was. */
function spanOf(facts: CallFacts, isByPbx: boolean): Span | null {
  if (facts.isOnlyRecorded) return null;
  const { ended } = facts;
  const from = Date.parse(isByPbx ? facts.startedAt : facts.firstReceivedAt);
  if (ended === null) {
    // Its end may have been lost (R4).
    const goesOnSec = facts.legs.some(isTalking) ? LONGEST_CALL_SEC : SILENCE_SEC;
    return { from, until: Date.parse(isByPbx ? facts.lastAt : facts.lastReceivedAt) + goesOnSec * 1000 };
  }
  const until = Date.parse(isByPbx ? ended.at : ended.receivedAt);
  const lastedSec = ended.totalSec ?? (ended.waitSec ?? 0) + (ended.talkSec ?? 0);
  return { from: lastedSec > LONGEST_CALL_SEC ? from : Math.min(from, until - lastedSec * 1000), until };
}
