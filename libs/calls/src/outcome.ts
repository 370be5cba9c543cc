import type { CallEmployee, CallOutcome } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import type { CallEnd } from './ends.js';
import type { Leg } from './legs.js';

/** R4: one outcome per call session, never per leg (reference/pbx-events.md §4.4). */
export type Verdict =
  | { readonly kind: 'answered' }
  | { readonly kind: 'missed' }
  /** R4: an invalid or forbidden number creates nothing; a known card still gets its note. */
  | { readonly kind: 'missed'; readonly createsNothing: 'invalid_number' | 'not_allowed' }
  | { readonly kind: 'ignored'; readonly why: 'internal' | 'rejected' | 'unknown_direction' | 'only_recorded' };

/**
 * What the call has come to so far; null while it rings. The one place where "answered" is decided: what an end record says
 * of it (`outcome` of the event, filled at the edge from that record alone) is one of the facts.
 */
export function verdictOf(facts: CallFacts): Verdict | null {
  const { ended, direction } = facts;
  if (direction === 'internal' || ended?.outcome === 'internal') return { kind: 'ignored', why: 'internal' };
  // R4, R9: a recording makes nothing, so with nothing else heard there is no call to decide on.
  if (facts.isOnlyRecorded) return ended && { kind: 'ignored', why: 'only_recorded' };
  if (ended && wasRejected(ended, facts)) return { kind: 'ignored', why: 'rejected' };
  if (ended && direction === 'unknown') return { kind: 'ignored', why: 'unknown_direction' };
  if (!ended) return talkingLegs(facts).length > 0 && direction !== 'unknown' ? { kind: 'answered' } : null;
  if (wasAnswered(ended, facts)) return { kind: 'answered' };
  if (direction === 'out' && (ended.detail === 'invalid_number' || ended.detail === 'not_allowed')) {
    return { kind: 'missed', createsNothing: ended.detail };
  }
  return { kind: 'missed' };
}

/** A record that tells no reason does not gainsay the hint that told one («Потерянный звонок» has `lost_reason`). */
function wasRejected(ended: CallEnd, facts: CallFacts): boolean {
  if (isPolicyRejection(ended)) return true;
  return (
    ended.outcome === 'missed' &&
    ended.detail === null &&
    !wasAnswered(ended, facts) &&
    facts.ends.some((end) => end.isHint && isPolicyRejection(end))
  );
}

/** Spam and black lists; any other rejection (technical, no money, do not disturb) is a missed call. */
function isPolicyRejection({ outcome, detail }: CallEnd): boolean {
  return outcome === 'rejected' && (detail === null || detail === 'spam' || detail === 'inferred');
}

/**
 * Measured talk has the word, in both directions: 0 s is no talk whatever the status says, and talk with somebody is an
 * answer though the PBX calls it lost. Only when the record measures nothing (null, not 0) do status and legs count.
 */
function wasAnswered(ended: CallEnd, facts: CallFacts): boolean {
  if (ended.talkSec === 0) return false;
  if (ended.outcome === 'answered') return true;
  const withSomebody = talkingLegs(facts).length > 0 || (ended.talkers ?? []).length > 0;
  if (ended.talkSec === null) return withSomebody;
  // Talk without an employee, a leg or a participant is a machine's: voice mail, an IVR.
  return withSomebody || ended.employee !== null;
}

/** Talk was measured though the PBX calls the call lost: worth a remark on the data (§4.4, conflict rule). */
export function isLostWithTalk(facts: CallFacts): boolean {
  const { ended } = facts;
  return ended !== null && ended.outcome !== 'answered' && (ended.talkSec ?? 0) > 0 && wasAnswered(ended, facts);
}

/** Legs that talked with the client, in the order in which they began. */
export function talkingLegs(facts: Pick<CallFacts, 'legs' | 'transferredTo'>): readonly Leg[] {
  return facts.legs
    .filter((leg) => leg.answeredAt !== null && (!leg.isConsultation || isTransferTarget(leg, facts)))
    .sort((a, b) => order(a.answeredAt, a.key, b.answeredAt, b.key));
}

/** §4.5: a consultation counts from the moment the client was connected. */
function isTransferTarget({ employee }: Leg, { transferredTo }: Pick<CallFacts, 'transferredTo'>): boolean {
  return employee !== null && transferredTo.some((target) => isSamePerson(target, employee));
}

/** Two mentions of an employee by one PBX: the strongest key that both have decides. */
export function isSamePerson(a: CallEmployee, b: CallEmployee): boolean {
  for (const key of ['pbx_id', 'login', 'ext', 'phone', 'name'] as const) {
    if (a[key] && b[key]) return a[key] === b[key];
  }
  return false;
}

function order(a: string | null, aKey: string, b: string | null, bKey: string): number {
  const [x, y] = [`${a ?? ''}|${aKey}`, `${b ?? ''}|${bKey}`];
  return x < y ? -1 : 1;
}

/** The outcome in the words of the contract, for the journal. */
export function outcomeWord(facts: CallFacts, verdict: Verdict | null): CallOutcome | null {
  if (verdict === null) return null;
  if (verdict.kind === 'answered') return 'answered';
  if (verdict.kind === 'missed') return facts.direction === 'out' ? 'not_reached' : 'missed';
  return verdict.why === 'internal' || verdict.why === 'rejected' ? verdict.why : 'unknown';
}
