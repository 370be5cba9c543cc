import type { CallEmployee, CallEvent } from '@perezvon/contracts';
import { fuller, larger, smaller } from './choice.js';
import { startOf, timeOf } from './start.js';

/** One device or person of a call, as its leg events tell it (reference/pbx-events.md §4.3 `leg_key`, §4.6). */
export interface Leg {
  readonly key: string;
  /** Null: a group as a whole, or an outside number that the call was forwarded to. */
  readonly employee: CallEmployee | null;
  readonly rangAt: string | null;
  readonly answeredAt: string | null;
  /**
   * Later than `answeredAt` when the conversation came back, as after a failed transfer (§4.5). Null where only our own
   * receipt tells the time: a redelivery would look like a return.
   */
  readonly lastAnsweredAt: string | null;
  /** When an answer of which only our own receipt tells the time was last heard: a redelivery, or a return. Absent in older rows. */
  readonly lastAnswerHeardAt?: string | null;
  /** By the PBX's clock, in older rows also by our receipt. */
  readonly endedAt: string | null;
  /** Ends of which only our own receipt tells the time: a redelivery comes later and is the same end (R15). Absent in older rows. */
  readonly endsHeard?: readonly HeardEnd[];
  /** Only ever heard as an internal talk: an attended transfer's consultation, not a talk with the client (§4.5). */
  readonly isConsultation: boolean;
}

interface HeardEnd {
  readonly eventId: string;
  /** The first receipt; ISO 8601 UTC. */
  readonly at: string;
}

/** A leg ends once under each id of its call; beyond it the call is garbage. */
const MAX_ENDS_HEARD = 20;

/** More legs than any PBX rings; beyond it the call is garbage, and memory stays bounded. */
const MAX_LEGS = 1000;

/** Null = the event is not about a leg. */
export function legOf(event: CallEvent): Leg | null {
  if (event.type !== 'leg.ringing' && event.type !== 'leg.answered' && event.type !== 'leg.ended') return null;
  const at = timeOf(event);
  // R4: only an employee or an outside number answers; an IVR, voice mail or a group as a whole is nobody.
  const isBySomebody = Boolean(event.employee ?? event.target_number);
  const { isByPbx } = startOf(event);
  const answered = event.type === 'leg.answered' && isBySomebody ? at : null;
  const ended = event.type === 'leg.ended' ? at : null;
  return {
    key: keyOf(event),
    employee: event.employee ?? null,
    rangAt: event.type === 'leg.ringing' ? at : null,
    answeredAt: answered,
    lastAnsweredAt: isByPbx ? answered : null,
    lastAnswerHeardAt: isByPbx ? null : answered,
    endedAt: isByPbx ? ended : null,
    endsHeard: ended === null || isByPbx ? [] : [{ eventId: event.event_id, at: ended }],
    isConsultation: event.direction === 'internal',
  };
}

function keyOf({ leg_id, employee, group }: CallEvent): string {
  return leg_id ?? employee?.pbx_id ?? employee?.login ?? employee?.ext ?? group?.id ?? '-';
}

/** Sorted by key. */
export function joinLegs(a: readonly Leg[], b: readonly Leg[]): readonly Leg[] {
  if (b.length === 0) return a;
  const legs = new Map(a.map((leg) => [leg.key, leg]));
  for (const leg of b) {
    const known = legs.get(leg.key);
    legs.set(leg.key, known ? joinLeg(known, leg) : leg);
  }
  return [...legs.values()].sort((x, y) => (x.key < y.key ? -1 : 1)).slice(0, MAX_LEGS);
}

function joinLeg(a: Leg, b: Leg): Leg {
  return {
    key: a.key,
    employee: fuller(a.employee, b.employee),
    rangAt: smaller(a.rangAt, b.rangAt),
    answeredAt: smaller(a.answeredAt, b.answeredAt),
    lastAnsweredAt: larger(a.lastAnsweredAt, b.lastAnsweredAt),
    lastAnswerHeardAt: larger(a.lastAnswerHeardAt ?? null, b.lastAnswerHeardAt ?? null),
    endedAt: larger(a.endedAt, b.endedAt),
    endsHeard: joinEndsHeard(a.endsHeard ?? [], b.endsHeard ?? []),
    isConsultation: a.isConsultation && b.isConsultation,
  };
}

function joinEndsHeard(a: readonly HeardEnd[], b: readonly HeardEnd[]): readonly HeardEnd[] {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b : a;
  const first = new Map(a.map((end) => [end.eventId, end]));
  for (const end of b) {
    const known = first.get(end.eventId);
    if (!known || end.at < known.at) first.set(end.eventId, end);
  }
  return [...first.values()].sort((x, y) => (x.eventId < y.eventId ? -1 : 1)).slice(0, MAX_ENDS_HEARD);
}

/**
 * Is somebody talking on it, as far as silence may end the call (R4)? Also on a leg that ended and to which the
 * conversation came back (§4.5), or that had been rung before in vain (§4.6). Where only our receipt tells the times, a
 * return cannot be told from a redelivered answer, nor a second end from a redelivered one: it counts as talk, for to wait
 * a day for an end that was lost is a smaller evil than to end a talk. Of the same events at the same receipts nothing
 * changes, however often they come (R15).
 */
export function isTalking(leg: Leg): boolean {
  if (leg.answeredAt === null) return false;
  const over = (leg.endsHeard ?? []).reduce((latest, { at }) => larger(latest, at), leg.endedAt);
  return over === null || lastAnswerOf(leg) > over;
}

/** When it was answered, or the conversation came back to it; ISO 8601 UTC, empty where nobody did. */
const lastAnswerOf = ({ answeredAt, lastAnsweredAt, lastAnswerHeardAt }: Leg): string =>
  larger(lastAnsweredAt, lastAnswerHeardAt ?? null) ?? answeredAt ?? '';
