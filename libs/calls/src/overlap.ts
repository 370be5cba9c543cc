import type { CallFacts } from './call-facts.js';
import type { CallEnd } from './ends.js';
import { SILENCE_SEC } from './ending.js';
import { isTalking } from './legs.js';
import { LONGEST_CALL_SEC } from './start.js';

/**
 * Can two ids be one conversation by their times (R15)? Not if one began after the other was over. A call-back is a call of
 * its own however soon it follows the lost one (reference/pbx-events.md §4.6): what began before it is another call.
 *
 * The PBX's clock has the word where it tells the start of both. Else ours is compared too, and one with the other: the
 * PBX's may be hours off, so two calls are apart only if they are so by every clock.
 *
 * @param apartMs how long after the one the other may still begin
 */
export function canBeOneByTime(a: CallFacts, b: CallFacts, apartMs: number): boolean {
  if (a.isOnlyRecorded || b.isOnlyRecorded) return true; // recordings do not tell when a call was
  if (isCalledBack(a, b) || isCalledBack(b, a)) return false;
  const [x, y] = [byPbx(a), byPbx(b)];
  if (x && y) return isNear(x, y, apartMs);
  const spansOf = (span: Span | null, facts: CallFacts) => [...(span ? [span] : []), byReceipt(facts)];
  return spansOf(x, a).some((one) => spansOf(y, b).some((other) => isNear(one, other, apartMs)));
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

/** Null: no event has told when it began by the PBX's clock. */
function byPbx(facts: CallFacts): Span | null {
  const { ended, startedAt, lastAt, heard } = facts;
  if (!heard.start.isByPbx) return null;
  const live = facts.lastLive?.at ?? (ended ? ended.at : lastAt);
  return spanOf(facts, startedAt, ended && ended.at > live ? ended.at : live);
}

/** Its end may have reached us hours late, pulled or out of a backlog: by our clock it was over when it had lasted its time. */
function byReceipt(facts: CallFacts): Span {
  const { ended, firstReceivedAt, lastReceivedAt, lastLive } = facts;
  if (ended === null) return spanOf(facts, firstReceivedAt, lastLive?.receivedAt ?? lastReceivedAt);
  const over = new Date(Date.parse(firstReceivedAt) + lastedMs(ended)).toISOString();
  const end = ended.receivedAt < over ? ended.receivedAt : over;
  return spanOf(facts, firstReceivedAt, lastLive && lastLive.receivedAt > end ? lastLive.receivedAt : end);
}

/** As long as its end is not told, a call goes on (R4); one whose end alone was told began as long before. */
function spanOf({ ended, legs }: CallFacts, first: string, last: string): Span {
  const until = Date.parse(last);
  const goesOnSec = ended === null ? (legs.some(isTalking) ? LONGEST_CALL_SEC : SILENCE_SEC) : 0;
  const lasted = ended === null ? 0 : lastedMs(ended);
  return { from: Math.min(Date.parse(first), until - lasted), until: until + goesOnSec * 1000 };
}

function lastedMs({ totalSec, waitSec, talkSec }: CallEnd): number {
  const told = totalSec ?? (waitSec ?? 0) + (talkSec ?? 0);
  return told > LONGEST_CALL_SEC ? 0 : told * 1000;
}
