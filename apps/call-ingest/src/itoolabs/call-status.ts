import { type CallOutcome, type CallOutcomeDetail } from '@perezvon/contracts';

export interface CallResult {
  readonly outcome: CallOutcome;
  readonly detail: CallOutcomeDetail | null;
}

/** How an unanswered call ended, by the lower-case status of `history` or of the history list (§1.3, §1.6). */
const unanswered: ReadonlyMap<string, CallOutcomeDetail | null> = new Map<string, CallOutcomeDetail | null>([
  ['missed', null],
  ['noanswer', 'no_answer'],
  ['cancel', 'cancelled'],
  ['busy', 'busy'],
  ['notavailable', 'no_answer'],
  ['notallowed', 'not_allowed'],
  ['notfound', 'invalid_number'],
]);

/**
 * The result by status, in any casing (`Success`, `missed`, `MISSED` were all seen). Success is an answer only if an
 * employee stands beside it: the switch itself, a group or voice mail picks up too (rules.md R4, reference §4.4, step 3).
 * Null = a status that is not known; what the legs told decides then.
 */
export function callResult(status: string | null, direction: 'in' | 'out', hasEmployee: boolean): CallResult | null {
  const word = (status ?? '').toLowerCase().replaceAll(/[\s_-]/g, '');
  const failed = direction === 'in' ? 'missed' : 'not_reached';
  if (word === 'success') return { outcome: hasEmployee ? 'answered' : failed, detail: null };
  const detail = unanswered.get(word);
  if (detail === undefined) return null;
  // Only a client's number can be wrong or forbidden to dial (R4); of an incoming call these say that we failed.
  const isOurFault = direction === 'in' && (detail === 'not_allowed' || detail === 'invalid_number');
  return { outcome: failed, detail: isOurFault ? 'technical' : detail };
}
