import { isDeepStrictEqual } from 'node:util';
import { type CallFacts, decide, IncompleteCell, type PlannedEffect } from '@perezvon/calls';
import { type CellName, type EffectName, type Intent, type Reason, type Settings } from '@perezvon/contracts';

/** What the rules would make of a call that has ended and waits for nothing more. */
export interface Foreseen {
  readonly cell: CellName | null;
  readonly effects: readonly ForeseenEffect[];
  readonly reasons: readonly Reason[];
  /** The cell is on and lacks what its action needs: nothing can be said of its creations (R1). */
  readonly isIncomplete: boolean;
}

export interface ForeseenEffect {
  readonly effect: EffectName;
  /** R3: at the answer, or when the call has ended. */
  readonly moment: 'answer' | 'end';
  readonly ruleIds: readonly string[];
  readonly intent: Intent;
}

/**
 * Asks the rules themselves, as the engine does, and writes nothing. The integration counts as switched on: before it is
 * activated is when a person most wants to know what it would do.
 *
 * @param clientKnown R3: as it was frozen for a real call
 */
export function foresee(facts: CallFacts, settings: Settings, clientKnown: boolean): Foreseen {
  const { integration } = settings;
  try {
    const plan = decide(facts, {
      settings: { ...settings, integration: { ...integration, active: true } },
      clientKnown,
      promised: new Set(),
      decidedAs: null,
      endedAs: null,
      heardAt: facts.lastReceivedAt,
      now: longAfter(facts),
    });
    const isIncomplete = lacksAction(plan.cell, facts, integration);
    const isNoteHomeless = !clientKnown && plan.effects.every(({ effect }) => effect !== 'contact');
    const effects = plan.effects
      .filter(({ effect }) => effect !== 'note' || !isNoteHomeless)
      .map((planned) => foreseenEffect(planned, facts));
    const wantsNote = plan.effects.some(({ effect }) => effect === 'note');
    const reasons: Reason[] = plan.reasons.filter(({ code }) => code !== 'cell_off' || !isIncomplete);
    // What the writer finds out when it wants to write the note (R9).
    const isCarried = facts.direction !== 'out' && plan.effects.some(({ effect }) => effect === 'unsorted');
    if (wantsNote && isNoteHomeless) {
      reasons.push({ ruleId: 'R9', code: isCarried ? 'unsorted_carries_the_call' : 'no_card' });
    }
    return { cell: plan.cell, effects, reasons, isIncomplete };
  } catch (error) {
    if (!(error instanceof IncompleteCell)) throw error;
    return { cell: null, effects: [], reasons: [], isIncomplete: true };
  }
}

/** Switched on in a draft, and its action not chosen yet: the rules count it as off, the person does not. */
function lacksAction(cell: CellName | null, { direction }: CallFacts, integration: Settings['integration']): boolean {
  if (cell === null) return false;
  const { enabled, action } = (direction === 'out' ? integration.outgoing : integration.incoming).cells[cell];
  return enabled && !action;
}

/** Effects that only one of two settings would make, and those that both make but not alike. */
export interface Difference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly effect: EffectName;
}

export function differences(before: Foreseen, after: Foreseen): Difference[] {
  const names = new Set([...before.effects, ...after.effects].map(({ effect }) => effect));
  return [...names].flatMap((effect): Difference[] => {
    const was = before.effects.find((each) => each.effect === effect);
    const is = after.effects.find((each) => each.effect === effect);
    if (was === undefined) return [{ kind: 'added', effect }];
    if (is === undefined) return [{ kind: 'removed', effect }];
    return isDeepStrictEqual(was, is) ? [] : [{ kind: 'changed', effect }];
  });
}

function foreseenEffect({ effect, intent, ruleIds, causedAt }: PlannedEffect, facts: CallFacts): ForeseenEffect {
  const isAtAnswer = facts.ended !== null && causedAt < facts.ended.at;
  return { effect, moment: isAtAnswer ? 'answer' : 'end', ruleIds, intent };
}

/** Every delay of R3 and R9 is over a day after the call. */
function longAfter(facts: CallFacts): string {
  return new Date(Date.parse(facts.lastReceivedAt) + 24 * 60 * 60 * 1000).toISOString();
}
