import type { CallOutcome } from '@perezvon/contracts';
import type { CallFacts } from './call.js';

/** R4: one outcome per call session. */
export type Verdict =
  | { readonly kind: 'answered' }
  | { readonly kind: 'missed' }
  /** R4: an invalid or forbidden number creates nothing; a known card still gets its note. */
  | { readonly kind: 'missed'; readonly createsNothing: 'invalid_number' | 'not_allowed' }
  | { readonly kind: 'ignored'; readonly why: 'internal' | 'rejected' | 'unknown_direction' };

/** What the call has come to so far; null while it rings. */
export function verdictOf(facts: CallFacts): Verdict | null {
  const { ended, direction } = facts;
  if (direction === 'internal' || ended?.outcome === 'internal') return { kind: 'ignored', why: 'internal' };
  if (ended?.outcome === 'rejected') return { kind: 'ignored', why: 'rejected' };
  if (ended && direction === 'unknown') return { kind: 'ignored', why: 'unknown_direction' };
  if (!ended) return facts.talks.length > 0 && direction !== 'unknown' ? { kind: 'answered' } : null;
  if (ended.outcome === 'answered' || (ended.talkSec ?? 0) > 0 || answeredByLegAlone(facts))
    return { kind: 'answered' };
  if (direction === 'out' && (ended.detail === 'invalid_number' || ended.detail === 'not_allowed')) {
    return { kind: 'missed', createsNothing: ended.detail };
  }
  return { kind: 'missed' };
}

/** The end says nothing of talk (null, not 0), but an employee was heard to answer (reference/pbx-events.md §4.4, 4). */
function answeredByLegAlone(facts: CallFacts): boolean {
  return facts.ended?.talkSec === null && facts.talks.length > 0;
}

/** The outcome in the words of the contract, for the journal. */
export function outcomeWord(facts: CallFacts, verdict: Verdict | null): CallOutcome | null {
  if (verdict === null) return null;
  if (verdict.kind === 'answered') return 'answered';
  if (verdict.kind === 'missed') return facts.direction === 'out' ? 'not_reached' : 'missed';
  return verdict.why === 'unknown_direction' ? 'unknown' : verdict.why;
}
