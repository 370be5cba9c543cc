import { type CallOutcome, type CallOutcomeDetail, type PbxCallEvent } from '@perezvon/contracts';
import { reasonGroup } from './finish-reasons.js';

/** The word that `outcome` of a canonical `call.ended` carries (reference/pbx-events.md §4.1), and its detail. */
export interface RecordOutcome {
  readonly outcome: CallOutcome;
  readonly detail: CallOutcomeDetail | null;
  readonly warning?: 'answered_without_talk' | 'lost_with_talk';
}

/**
 * What one end record says of its call, in one vocabulary whatever the dialect: rules.md R4, reference/pbx-events.md §4.4.
 * It is a statement, not the decision: what the call came to, with its legs, its other records and its hints, is decided
 * by `verdictOf` of libs/calls alone, which may still raise this (§4.4, step 4) and never asks for more than it says.
 *
 * Measured talk decides, if the record says who talked; talk with nobody named is a machine's (voice mail, an IVR, a
 * queue's greeting), unless the PBX itself calls the call answered. Where no talk was measured, the PBX's word is used.
 */
export function outcomeOfRecord(end: PbxCallEvent): RecordOutcome {
  const reason = reasonGroup(end.finish_reason);
  const given = end.outcome === 'unknown' ? undefined : (end.outcome ?? undefined);
  const talked = end.talk_sec ?? longestTalk(end);

  if (end.direction === 'internal' || given === 'internal') return { outcome: 'internal', detail: null };
  if (reason === 'spam' || (given === 'rejected' && reason === 'unknown')) {
    return { outcome: 'rejected', detail: end.outcome_detail ?? 'spam' };
  }
  if (talked !== null && talked > 0 && (given === 'answered' || somebodyTalked(end))) {
    const lost = given === 'missed' || given === 'not_reached';
    return { outcome: 'answered', detail: answeredDetail(end), ...(lost && { warning: 'lost_with_talk' as const }) };
  }
  if (given === 'answered') {
    if (talked === null) return { outcome: 'answered', detail: answeredDetail(end) };
    return { ...unanswered(end, null), warning: 'answered_without_talk' };
  }
  // Rejected for a reason that is nobody's policy against the caller (do not disturb, no money) is not answered.
  return unanswered(end, given === 'rejected' ? null : (given ?? null));
}

function unanswered(end: PbxCallEvent, given: 'missed' | 'not_reached' | null): RecordOutcome {
  const detail = end.outcome_detail ?? detailOf(end);
  if (end.direction === 'in') return { outcome: 'missed', detail };
  if (end.direction === 'out') return { outcome: 'not_reached', detail };
  return { outcome: given ?? 'unknown', detail };
}

/** A PBX may leave its default detail on an answered call; only `inferred` says something about an answer. */
function answeredDetail(end: PbxCallEvent): CallOutcomeDetail | null {
  return end.outcome_detail === 'inferred' ? 'inferred' : null;
}

/** An employee, or the outside number that the call was forwarded to. A group talks with nobody. */
function somebodyTalked({ employee, target_number: target, participants }: PbxCallEvent): boolean {
  const isForwarded = Boolean(target?.raw) || Boolean(target?.e164);
  return employee != null || isForwarded || (participants ?? []).some(hasTalked);
}

type Participant = NonNullable<PbxCallEvent['participants']>[number];

/** A participant who is no employee is an outside number. */
function hasTalked({ talked, talk_sec }: Participant): boolean {
  return talked === true || (talk_sec ?? 0) > 0;
}

function longestTalk(end: PbxCallEvent): number | null {
  const talks = (end.participants ?? []).flatMap((p) => (p.talk_sec == null ? [] : [p.talk_sec]));
  return talks.length === 0 ? null : Math.max(...talks);
}

function detailOf(end: PbxCallEvent): CallOutcomeDetail | null {
  const outgoing = end.direction === 'out';
  switch (reasonGroup(end.finish_reason)) {
    case 'busy':
      return 'busy';
    case 'nobody':
      return 'no_answer';
    case 'no_employee':
      return 'no_employee';
    case 'client_unreachable':
      return outgoing ? 'no_answer' : 'technical';
    case 'bad_number':
      return outgoing ? 'invalid_number' : 'technical';
    case 'forbidden':
      return outgoing ? 'not_allowed' : 'technical';
    case 'technical':
      return 'technical';
    case 'abandoned':
      return 'cancelled';
    case 'hung_up':
      return outgoing ? 'no_answer' : 'cancelled';
    case 'spam':
      return 'spam';
    case 'unknown':
      return null;
  }
}
