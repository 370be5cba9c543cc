import type { EffectName } from '@perezvon/contracts';
import type { Occasion, Part } from './plan.js';

/** Everything this call makes, by now or by this plan. */
export function madeByCall({ situation }: Occasion, { effects }: Part): ReadonlySet<EffectName> {
  return new Set([...situation.promised, ...effects.map((e) => e.effect)]);
}

/** R6: a note's or task's place is the deal or contact that the call makes, if it makes one; nothing else holds it up. */
export function afterPlace(made: ReadonlySet<EffectName>): EffectName[] {
  return (['contact', 'deal'] as const).filter((effect) => made.has(effect));
}
