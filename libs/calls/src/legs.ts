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
  readonly endedAt: string | null;
  /** Only ever heard as an internal talk: an attended transfer's consultation, not a talk with the client (§4.5). */
  readonly isConsultation: boolean;
}

/** More legs than any PBX rings; beyond it the call is garbage, and memory stays bounded. */
const MAX_LEGS = 1000;

/** Null = the event is not about a leg. */
export function legOf(event: CallEvent): Leg | null {
  if (event.type !== 'leg.ringing' && event.type !== 'leg.answered' && event.type !== 'leg.ended') return null;
  const at = timeOf(event);
  // R4: only an employee or an outside number answers; an IVR, voice mail or a group as a whole is nobody.
  const isBySomebody = Boolean(event.employee ?? event.target_number);
  const answered = event.type === 'leg.answered' && isBySomebody ? at : null;
  return {
    key: keyOf(event),
    employee: event.employee ?? null,
    rangAt: event.type === 'leg.ringing' ? at : null,
    answeredAt: answered,
    lastAnsweredAt: startOf(event).isByPbx ? answered : null,
    endedAt: event.type === 'leg.ended' ? at : null,
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
    endedAt: larger(a.endedAt, b.endedAt),
    isConsultation: a.isConsultation && b.isConsultation,
  };
}
