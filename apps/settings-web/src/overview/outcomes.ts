import type { CallOutcome } from '@perezvon/contracts';
import type { CallTotals } from '../api/journal';

/** How a call can end, as the charts show it; the rest concerns nobody's work. */
export const outcomes = [
  { outcome: 'answered', color: 'teal' },
  { outcome: 'missed', color: 'red' },
  { outcome: 'not_reached', color: 'orange' },
] as const satisfies readonly { outcome: CallOutcome; color: string }[];

export const countOf = (counts: CallTotals['byOutcome'], wanted: CallOutcome): number =>
  counts.find(({ outcome }) => outcome === wanted)?.count ?? 0;
