import type { Reason } from '@perezvon/contracts';
import { filterHit } from './filters.js';
import type { Occasion } from './plan.js';
import { because } from './reasons.js';

/**
 * R4, R8: what stops every creation and task of a call, whatever its cell says, also of a hidden number (R10); the first
 * that does is told. Null = nothing does.
 */
export function creationsStopped({
  facts,
  verdict,
  direction,
}: Pick<Occasion, 'facts' | 'verdict' | 'direction'>): Reason | null {
  const entry = filterHit(facts.client, direction.filteredNumbers);
  if (entry !== null) return because('filtered', { entry });
  return 'createsNothing' in verdict ? because(verdict.createsNothing) : null;
}
