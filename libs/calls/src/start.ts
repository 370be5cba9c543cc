import type { CallEvent } from '@perezvon/contracts';

/** When a call began (R9: the time of its note). */
export interface Start {
  readonly at: string;
  /** Told by the PBX; our own time of receipt yields to it, whatever the two clocks say. */
  readonly isByPbx: boolean;
}

export function earlierStart(a: Start, b: Start): Start {
  if (a.isByPbx !== b.isByPbx) return a.isByPbx ? a : b;
  return a.at <= b.at ? a : b;
}

/** R4: no call lasts longer; a total beyond it is a PBX's garbage. */
export const LONGEST_CALL_SEC = 24 * 60 * 60;

/** When the event says the call began: an end record looks back over the whole call (durations are the PBX's own). */
export function startOf(event: CallEvent): Start {
  const at = timeOf(event);
  const isByPbx = event.occurred_at !== null && event.occurred_at_quality !== 'received';
  const totalSec = event.type === 'call.ended' ? event.total_sec : null;
  if (totalSec == null) return { at, isByPbx };
  if (totalSec > LONGEST_CALL_SEC) return { at, isByPbx: false };
  return { at: new Date(Date.parse(at) - totalSec * 1000).toISOString(), isByPbx };
}

export const timeOf = (event: CallEvent) => event.occurred_at ?? event.received_at;
