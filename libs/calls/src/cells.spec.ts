import { describe, expect, it } from '@jest/globals';
import type { CellAction, CellName, EffectName } from '@perezvon/contracts';
import { decide } from './decide.js';
import { callOf, endedAnswered, endedMissed, outgoing, settingsWith, situation, started } from './testing/given.js';
import { cellTitle } from './testing/coverage.js';
import { cellRows } from './testing/histories/cells.js';

/** R2's table: what an action makes of an unknown and of a known client, once the call has ended. */
const makes: Record<CellAction, { unknown: EffectName[]; known: EffectName[] }> = {
  create_contact_and_deal: { unknown: ['contact', 'deal'], known: ['deal'] },
  create_unsorted: { unknown: ['unsorted'], known: ['unsorted'] },
  create_contact: { unknown: ['contact'], known: [] },
  create_deal_always: { unknown: [], known: ['deal'] },
};

/** R9: an incoming unsorted record carries the call; an outgoing one is a form, so a known client's card has its note. */
function isInUnsorted(direction: 'in' | 'out', action: CellAction, isKnown: boolean): boolean {
  return action === 'create_unsorted' && (direction === 'in' || !isKnown);
}

const rows = (['in', 'out'] as const).flatMap((direction) =>
  cellRows.flatMap(([cell, settings]) => {
    const { action } = settings;
    return action ? [{ title: cellTitle(direction, cell, action), direction, cell, settings, action }] : [];
  }),
);

const isKnown = (cell: CellName) => cell.endsWith('Known');

function planOf(direction: 'in' | 'out', cell: CellName, using: ReturnType<typeof settingsWith>) {
  const towards = direction === 'in' ? {} : outgoing;
  const ended = cell.startsWith('answered') ? endedAnswered(towards) : endedMissed(towards);
  return decide(callOf(started(towards), ended), situation(using, { clientKnown: isKnown(cell) })).effects;
}

const effectsOf = (...args: Parameters<typeof planOf>) => planOf(...args).map(({ effect }) => effect);

describe('R2: each cell with each of its actions, in both directions', () => {
  it.each(rows)('$title', ({ direction, cell, settings, action }) => {
    const wanted = makes[action][isKnown(cell) ? 'known' : 'unknown'];
    const plan = planOf(direction, cell, settingsWith({ cells: { [cell]: settings } }));
    expect(plan.map(({ effect }) => effect)).toEqual([...wanted, 'note']);
    const isNoteBehindIt = plan.some(({ intent }) => intent.kind === 'call_note' && intent.unlessUnsorted);
    expect(isNoteBehindIt).toBe(isInUnsorted(direction, action, isKnown(cell)));
  });

  it.each(rows)('R1: $title is off: nothing but the note', ({ direction, cell }) => {
    expect(effectsOf(direction, cell, settingsWith({}))).toEqual(['note']);
  });

  it.each(rows)('R6: $title, its task asks nothing of the cell', ({ direction, cell }) => {
    const tasks = { answeredTask: { enabled: true }, missedTask: { enabled: true } };
    const made = effectsOf(direction, cell, settingsWith({ incoming: tasks, outgoing: tasks }));
    expect(made).toEqual([cell.startsWith('answered') ? 'task.answered' : 'task.missed', 'note']);
  });
});
