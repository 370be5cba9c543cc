import type { CellName, DirectionSettings } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { creationsBarred } from './corrections.js';
import { creationsStopped } from './creation-stops.js';
import { HIDDEN_NUMBER_NAME } from './names.js';
import type { Verdict } from './outcome.js';
import { none, promise, type Part, type Plan, type Situation } from './plan.js';
import { because } from './reasons.js';
import { recordingAwaitedUntil, unsortedEffect } from './unsorted.js';

/** R10: a number nobody can call back creates nothing, except the unsorted record that the operator asked for. */
export function hiddenNumber(
  facts: CallFacts,
  verdict: Exclude<Verdict, { kind: 'ignored' }> | null,
  direction: DirectionSettings,
  situation: Situation,
  waits: Plan['wait'],
): Part & Pick<Plan, 'cell'> {
  if (!facts.ended || verdict === null) return { ...none(because('hidden_number')), cell: null, wait: waits };
  const name: CellName = verdict.kind === 'answered' ? 'answeredUnknown' : 'missedUnknown';
  const cell = direction.cells[name];
  const wanted = direction.hiddenNumbers === 'unsorted' && cell.enabled && cell.action === 'create_unsorted';
  if (!wanted || situation.promised.has('contact')) return { ...none(because('hidden_number')), cell: null };
  const occasion = { facts, verdict, direction, situation };
  const stop = creationsStopped(occasion) ?? creationsBarred(occasion, cell);
  if (stop) return { ...none(stop), cell: null };
  const until = recordingAwaitedUntil(occasion);
  if (until !== null && situation.now < until) {
    return { ...none(because('waits_for_recording')), wait: { for: 'recording', until }, cell: name };
  }
  const record = unsortedEffect(cell, occasion, HIDDEN_NUMBER_NAME);
  return { ...promise([record]), cell: name };
}
