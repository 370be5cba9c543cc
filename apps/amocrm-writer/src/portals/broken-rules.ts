import type { Reason } from '@perezvon/contracts';
import type { BrokenRule, Directory } from './portal.js';

/** Rules whose stage, pipeline, unsorted or user is gone (R12), as met at the moment of writing. Pure. */

/** As many as the message about a portal may carry. */
const mostTold = 200;

/** What of `reasons` is broken and not known yet. */
export function newlyBroken(known: readonly BrokenRule[], reasons: readonly Reason[], now: number): BrokenRule[] {
  const names = new Set(known.map(nameOf));
  const found: BrokenRule[] = [];
  for (const reason of reasons) {
    if (reason.ruleId !== 'R12' || names.has(nameOf(reason)) || names.size >= mostTold) continue;
    names.add(nameOf(reason));
    found.push({ ...reason, since: new Date(now).toISOString() });
  }
  return found;
}

/**
 * What a fresh copy of the portal does not show mended. A deleted stage or pipeline never comes back with its id: it is
 * forgotten when the settings change, and met again if they still name it.
 */
export function stillBroken(known: readonly BrokenRule[], directory: Directory): BrokenRule[] {
  return known.filter(({ code, params = {} }) => {
    switch (code) {
      case 'unsorted_off': {
        const pipeline = directory.pipelines.find(({ id }) => id === params['pipelineId']);
        return !directory.isUnsortedOn || pipeline?.isUnsortedOn !== true;
      }
      case 'responsible_inactive':
      case 'default_responsible_inactive':
        return !directory.users.some(({ id, isActive }) => id === params['userId'] && isActive);
      default:
        return true;
    }
  });
}

const nameOf = ({ code, params = {} }: Reason): string => JSON.stringify([code, Object.entries(params).sort()]);
