import { describe, expect, it } from '@jest/globals';
import { type CellSettings, defaultIntegration, type Settings } from '@perezvon/contracts';
import { type DescribedCall, factsOfDescribed } from './described-call.js';
import { differences, foresee, type Foreseen } from './foresee.js';

const withDeal: CellSettings = { enabled: true, action: 'create_contact_and_deal', pipelineId: 1, statusId: 2 };

function settingsWith(answeredUnknown: CellSettings): Settings {
  const integration = defaultIntegration();
  const { incoming } = integration;
  return {
    accountId: 'acc-17',
    version: 1,
    updatedAt: '2025-03-04T00:00:00.000Z',
    name: 'Ромашка',
    integration: { ...integration, incoming: { ...incoming, cells: { ...incoming.cells, answeredUnknown } } },
    portals: [],
    employees: [],
    mapping: [],
    sources: [],
  };
}

const answered: DescribedCall = {
  direction: 'in',
  phone: '8 916 123-45-67',
  outcome: 'answered',
  clientKnown: false,
  talkSec: 60,
  employeeId: null,
};
const foreseen = (call: Partial<DescribedCall>, cell: CellSettings): Foreseen => {
  const described = { ...answered, ...call };
  const facts = factsOfDescribed(described, 'acc-17', [], '2025-03-04T09:13:11.000Z');
  return foresee(facts, settingsWith(cell), described.clientKnown);
};
const madeBy = (what: Foreseen): string[] => what.effects.map(({ effect, moment }) => `${effect} at the ${moment}`);

describe('what would happen', () => {
  it('is what the rules say, also before the integration is switched on', () => {
    const { cell, ...what } = foreseen({}, withDeal);
    expect(cell).toBe('answeredUnknown');
    expect(madeBy({ cell, ...what })).toEqual(['contact at the answer', 'deal at the answer', 'note at the end']);
  });

  it('says why nothing is made', () => {
    const codes = (what: Foreseen): string[] => what.reasons.map((reason) => reason.code);
    expect(codes(foreseen({ outcome: 'missed' }, withDeal))).toContain('cell_off');
    expect(codes(foreseen({ phone: null }, withDeal))).toContain('hidden_number');
  });

  it('is not said of a rule that is not filled in', () => {
    expect(foreseen({}, { enabled: true, action: 'create_contact_and_deal' })).toMatchObject({
      isIncomplete: true,
      effects: [],
    });
  });

  it('a draft whose rule has no action yet was called off beside its switch that is on', () => {
    const { isIncomplete, reasons } = foreseen({}, { enabled: true });
    expect(isIncomplete).toBe(true);
    expect(reasons.map(({ code }) => code)).not.toContain('cell_off');
  });

  it('a note was promised on the card of a client who has none', () => {
    const { effects, reasons } = foreseen({}, { enabled: false });
    expect(effects).toEqual([]);
    expect(reasons).toContainEqual({ ruleId: 'R9', code: 'no_card' });
    expect(madeBy(foreseen({ clientKnown: true }, { enabled: false }))).toEqual(['note at the end']);
    const unsorted = foreseen({}, { enabled: true, action: 'create_unsorted', pipelineId: 1 });
    expect(madeBy(unsorted)).toEqual(['unsorted at the end']);
    expect(unsorted.reasons).toContainEqual({ ruleId: 'R9', code: 'unsorted_carries_the_call' });
  });

  it('is compared effect by effect', () => {
    const off = foreseen({}, { enabled: false });
    const on = foreseen({}, withDeal);
    const elsewhere = foreseen({}, { ...withDeal, statusId: 3 });
    expect(differences(on, on)).toEqual([]);
    expect(differences(on, elsewhere)).toEqual([{ kind: 'changed', effect: 'deal' }]);
    expect(differences(off, on)).toContainEqual({ kind: 'added', effect: 'contact' });
    expect(differences(on, off)).toContainEqual({ kind: 'removed', effect: 'deal' });
  });
});
