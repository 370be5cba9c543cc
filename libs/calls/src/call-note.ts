import type { CallNoteIntent } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { textOf } from './choice.js';
import { afterPlace, madeByCall } from './made-by-call.js';
import { crmUserOf, employeeOf } from './people.js';
import { endedAt, none, promise, type Occasion, type Part } from './plan.js';
import { because } from './reasons.js';
import { isSameRecording, linkOf } from './recordings.js';

/**
 * R9: every ended call with a card gets its note. An incoming unsorted record carries the call itself, and an unknown
 * client's outgoing one leaves no card; but whether amoCRM takes the record as one shows only when it is written (R12),
 * so the note is promised behind it, for the case that it does not.
 */
export function callNote(occasion: Occasion, made: Part): Part {
  const { facts, direction, clientKnown, situation } = occasion;
  if (!facts.ended) return none();
  if (!direction.logCalls) return none(because('call_log_off'));
  const isPromised = situation.promised.has('note');
  // A note that was promised goes on being brought to the latest state, whatever else became of the call.
  if (made.wait && !isPromised) return none();
  const makes = madeByCall(occasion, made);
  const unlessUnsorted = makes.has('unsorted') && (facts.direction === 'in' || !clientKnown);
  const code = isPromised ? 'call_note_updated' : 'call_note';
  const note = {
    effect: 'note' as const,
    after: [...afterPlace(makes), ...(unlessUnsorted ? ['unsorted' as const] : [])],
    ruleIds: ['R6', 'R9'],
    reason: because(unlessUnsorted ? 'call_note_unless_unsorted' : code),
    causedAt: endedAt(facts),
    intent: { ...noteIntent(occasion), ...(unlessUnsorted && { unlessUnsorted }) },
  };
  return promise([note]);
}

/** The note in the state that the facts so far ask for. */
function noteIntent({ facts, verdict, direction, situation }: Occasion): CallNoteIntent {
  const answered = verdict.kind === 'answered';
  const employee = employeeOf(facts, verdict, direction);
  return {
    kind: 'call_note',
    direction: facts.direction === 'out' ? 'out' : 'in',
    durationSec: answered ? talkSeconds(facts) : 0,
    callStatus: answered ? 4 : missedStatus(facts),
    callResult: resultOf(facts, answered, employee?.name ?? null),
    recordUrl: linkOf(facts.recordings),
    responsibleUserId: crmUserOf(employee, situation.settings) ?? direction.defaultResponsibleUserId,
    defaultResponsibleUserId: direction.defaultResponsibleUserId,
  };
}

/** R4: the note of a talk of which nobody told how long it was says so; its end may never have come. */
function resultOf({ ended }: CallFacts, answered: boolean, employee: string | null): string | null {
  const isUnknown = answered && ended !== null && ended.talkSec === null && ended.totalSec === null;
  return [employee, isUnknown ? 'длительность неизвестна' : null].filter((part) => part !== null).join(', ') || null;
}

/** R9: talk seconds; without them total minus waiting, else total. */
export function talkSeconds({ ended }: Pick<CallFacts, 'ended'>): number {
  if (!ended) return 0;
  if (ended.talkSec !== null) return ended.talkSec;
  if (ended.totalSec === null) return 0;
  return Math.max(0, ended.totalSec - (ended.waitSec ?? 0));
}

/** R9: is there anything to write? A changed signature of the same recording is nothing. */
export function isSameNote(a: CallNoteIntent, b: CallNoteIntent): boolean {
  return (
    isSameRecording(a.recordUrl, b.recordUrl) && textOf({ ...a, recordUrl: null }) === textOf({ ...b, recordUrl: null })
  );
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
