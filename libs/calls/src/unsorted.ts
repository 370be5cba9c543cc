import type { CellSettings } from '@perezvon/contracts';
import { talkSeconds } from './call-note.js';
import { required } from './incomplete-cell.js';
import { contactName, dealName } from './names.js';
import { endedAt, type Occasion, type PlannedEffect } from './plan.js';
import { because } from './reasons.js';
import { linkOf } from './recordings.js';
import { tagsFor } from './tags.js';

/** R2 `create_unsorted`: one record per call, which carries the call itself (R9). */
export function unsortedEffect(
  cell: CellSettings,
  { facts, verdict, direction }: Pick<Occasion, 'facts' | 'verdict' | 'direction'>,
  /** R10: instead of names made of the number. */
  name?: string,
): PlannedEffect {
  return {
    effect: 'unsorted',
    after: [],
    ruleIds: name === undefined ? ['R2'] : ['R2', 'R10'],
    reason: because(name === undefined ? 'creates_unsorted' : 'hidden_number_unsorted'),
    causedAt: endedAt(facts),
    intent: {
      kind: 'create_unsorted',
      direction: facts.direction === 'out' ? 'out' : 'in',
      pipelineId: required(cell.pipelineId, 'pipelineId'),
      leadName: name ?? dealName(facts),
      contactName: name ?? contactName(facts),
      responsibleUserId: direction.defaultResponsibleUserId,
      durationSec: verdict.kind === 'answered' ? talkSeconds(facts) : 0,
      recordUrl: linkOf(facts.recordings),
      tags: tagsFor(facts, direction),
      ...(direction.activeDealScope !== 'all' && { unlessActiveDealIn: direction.activeDealScope }),
    },
  };
}

/**
 * R1 `unsortedRecordWaitSec`: a claim cannot be changed later, so an answered incoming call waits for its recording. From
 * when we heard of the end, for the PBX's clock may be hours off.
 */
export function recordingAwaitedUntil({
  facts,
  verdict,
  direction,
}: Pick<Occasion, 'facts' | 'verdict' | 'direction'>): string | null {
  if (!facts.ended || verdict.kind !== 'answered' || facts.direction !== 'in' || facts.recordings.length > 0)
    return null;
  return new Date(Date.parse(facts.ended.receivedAt) + direction.unsortedRecordWaitSec * 1000).toISOString();
}
