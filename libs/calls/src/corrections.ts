import type { CellSettings, Reason } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { verdictOf } from './outcome.js';
import type { Occasion, Situation } from './plan.js';
import type { CallProgress } from './progress.js';
import { because } from './reasons.js';

/**
 * R15, corrections of one call. What an earlier outcome brought about stays:
 *
 *     missed → answered: what the answered rule needs and is unused; after an unsorted record no contact or deal any more
 *     answered → missed: only the note
 *
 * Two ids that prove to be one call are in `join-calls.ts`.
 */

type Corrected = Pick<Occasion, 'verdict'> & {
  readonly situation: Pick<Situation, 'decidedAs' | 'endedAs' | 'promised'>;
};

/** Why a correction creates nothing; null = nothing stands in its way. */
export function creationsBarred(
  { verdict, situation }: Corrected,
  { action }: Pick<CellSettings, 'action'>,
): Reason | null {
  if (situation.decidedAs === 'answered' && verdict.kind === 'missed') return because('answered_then_missed');
  const makesCard = action !== 'create_unsorted';
  return situation.promised.has('unsorted') && makesCard ? because('unsorted_already_made') : null;
}

/** An end that was answered owes no task for its correction to missed; an answer alone has decided no task yet (R6). */
export const isTaskBarred = ({ verdict, situation }: Corrected): boolean =>
  situation.endedAs === 'answered' && verdict.kind === 'missed';

export const correctionRemarks = ({ verdict, situation }: Corrected): readonly Reason[] =>
  situation.decidedAs === 'missed' && verdict.kind === 'answered' ? [because('missed_then_answered')] : [];

/** A call that was answered once stays answered; null = it was neither. */
export function decidedNow(facts: CallFacts, decidedAs: CallProgress['decidedAs']): CallProgress['decidedAs'] {
  const verdict = verdictOf(facts);
  if (verdict === null || verdict.kind === 'ignored') return decidedAs;
  return verdict.kind === 'answered' ? 'answered' : (decidedAs ?? 'missed');
}

/** Of the end alone; older rows know only both together. */
export function endedAsOf({ endedAs, endDecided, decidedAs }: CallProgress): CallProgress['decidedAs'] {
  if (endedAs !== undefined) return endedAs;
  return endDecided ? decidedAs : null;
}
