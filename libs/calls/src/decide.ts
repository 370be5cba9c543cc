import type { Reason } from '@perezvon/contracts';
import type { CallFacts } from './call-facts.js';
import { callNote } from './call-note.js';
import { cellOf, creations } from './creations.js';
import { delaysOf, endingOf, type Ending } from './ending.js';
import { hiddenNumber } from './hidden-number.js';
import { verdictOf } from './outcome.js';
import { isEmployeesNumber } from './people.js';
import type { Occasion, Plan, Situation } from './plan.js';
import { because } from './reasons.js';
import { remarks } from './remarks.js';
import { task } from './tasks.js';

/**
 * What a call means by the operator's settings: rules.md R1–R10 and R15 in the order in which a person would ask.
 * Pure and repeatable: the same call and situation give the same plan, and a plan may be made after every event.
 */
export function decide(told: CallFacts, situation: Situation): Plan {
  const { settings } = situation;
  if (!settings.integration.active)
    return { ...nothing(because('integration_inactive')), wakeAt: null, ended: told.ended };

  const ending = endingOf(told, delaysOf(told, settings.sources), situation);
  const facts: CallFacts = { ...told, ended: ending.ended };
  const meaning = meaningOf(facts, situation, ending);
  return { ...meaning, wakeAt: earlier(ending.wakeAt, meaning.wait?.until ?? null), ended: ending.ended };
}

type Meaning = Omit<Plan, 'wakeAt' | 'ended'>;

function meaningOf(facts: CallFacts, situation: Situation, ending: Ending): Meaning {
  const { settings, clientKnown } = situation;
  const { wait } = ending;
  if (facts.isOnlyRecorded && !facts.ended) return { ...nothing(because('waits_for_the_record')), wait };
  if (facts.direction === 'internal') return nothing(because('internal'));
  if (isEmployeesNumber(facts.client, settings)) return nothing(because('employees_number'));
  const verdict = verdictOf(facts);
  if (verdict?.kind === 'ignored') return nothing(because(verdict.why));
  if (facts.direction === 'unknown') return { ...nothing(because('direction_not_known_yet')), wait };

  const direction = settings.integration[facts.direction === 'in' ? 'incoming' : 'outgoing'];
  if (facts.client.e164 === null) return { needs: null, ...hiddenNumber(facts, verdict, direction, situation, wait) };
  if (clientKnown === null) return { ...nothing(because('client_not_known_yet')), needs: 'client', wait };
  if (verdict === null) return { ...nothing(because(wait ? 'waits_for_the_record' : 'nothing_while_it_rings')), wait };
  return withNumber({ facts, verdict, direction, clientKnown, situation }, ending);
}

/** A call that is answered or over, with a usable number: the creations of its cell, then its task, then its note. */
function withNumber(occasion: Occasion, ending: Ending): Meaning {
  const cell = cellOf(occasion);
  const made = creations(cell, occasion);
  const parts = [made, task(occasion, made), callNote(occasion, made)];
  return {
    cell,
    needs: null,
    effects: parts.flatMap((part) => part.effects),
    reasons: [...remarks(occasion, ending), ...parts.flatMap((part) => part.reasons)],
    wait: ending.wait ?? made.wait,
  };
}

const nothing = (...reasons: readonly Reason[]): Meaning => ({
  effects: [],
  reasons,
  cell: null,
  needs: null,
  wait: null,
});

function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
}
