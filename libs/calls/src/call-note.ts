import type { CallNoteIntent, CallRecord, DirectionSettings, Settings } from '@perezvon/contracts';
import type { CallFacts } from './call.js';
import type { Verdict } from './outcome.js';
import { crmUserOf, employeeOf } from './people.js';

/** R9: the one call note of an ended call, in the state that the facts so far ask for. */
export function callNote(
  facts: CallFacts,
  verdict: Verdict,
  direction: DirectionSettings,
  settings: Settings,
): CallNoteIntent {
  const answered = verdict.kind === 'answered';
  const employee = employeeOf(facts, verdict, direction);
  return {
    kind: 'call_note',
    direction: facts.direction === 'out' ? 'out' : 'in',
    durationSec: answered ? talkSeconds(facts) : 0,
    callStatus: answered ? 4 : missedStatus(facts),
    callResult: employee?.name ?? null,
    recordUrl: recordOf(facts.records),
    responsibleUserId: crmUserOf(employee, settings) ?? direction.defaultResponsibleUserId,
    defaultResponsibleUserId: direction.defaultResponsibleUserId,
  };
}

/** R9: talk seconds; without them total minus waiting, else total. */
export function talkSeconds({ ended }: CallFacts): number {
  if (!ended) return 0;
  if (ended.talkSec !== null) return ended.talkSec;
  if (ended.totalSec === null) return 0;
  return Math.max(0, ended.totalSec - (ended.waitSec ?? 0));
}

/** R9, one link: the recording marked `full`, else the longest. */
export function recordOf(records: readonly CallRecord[]): string | null {
  const longestFirst = [...records].sort(
    (a, b) => Number(b.full ?? false) - Number(a.full ?? false) || (b.duration_sec ?? 0) - (a.duration_sec ?? 0),
  );
  return longestFirst.at(0)?.url ?? null;
}

/** amoCRM's `call_status` of a call without talk (reference/amocrm-api.md §6.1). */
function missedStatus({ ended }: CallFacts): number {
  switch (ended?.detail) {
    case 'busy':
      return 7;
    case 'invalid_number':
      return 5;
    default:
      return 6;
  }
}
