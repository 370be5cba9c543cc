import type { Reason } from '@perezvon/contracts';
import { correctionRemarks } from './corrections.js';
import type { Ending } from './ending.js';
import { isLostWithTalk } from './outcome.js';
import type { Occasion } from './plan.js';
import { because } from './reasons.js';

/** R4, R15, R16: how the outcome came about, where a person would ask. */
export function remarks(occasion: Occasion, { inferred }: Ending): readonly Reason[] {
  const { facts, verdict } = occasion;
  return [
    ...(inferred === 'from_silence' ? [because('end_inferred')] : []),
    ...(inferred === 'talk_without_end' ? [because('talk_without_end')] : []),
    ...(isLostWithTalk(facts) ? [because('lost_with_talk')] : []),
    ...(verdict.kind === 'missed' && facts.ended?.detail === 'technical' ? [because('technical')] : []),
    ...correctionRemarks(occasion),
  ];
}
