import { describe, expect, it } from '@jest/globals';
import type { CellSettings } from '@perezvon/contracts';
import {
  answered,
  endedAnswered,
  endedMissed,
  event,
  hidden,
  outgoing,
  PETROVA,
  settingsWith,
  started,
  VIRTUAL,
  withContact,
  withDeal,
  withUnsorted,
} from './testing/given.js';
import { effects, intent, on, plan, reasons } from './testing/planned.js';

describe('R10: a hidden number', () => {
  const events = [started(hidden), endedMissed(hidden)];

  it('asks nobody and creates nothing', () => {
    const made = plan(events, on('missedUnknown', withUnsorted), { clientKnown: null });
    expect(made).toMatchObject({ needs: null, effects: [], reasons: [{ ruleId: 'R10', code: 'hidden_number' }] });
  });

  it('still makes the unsorted record that the operator asked for, named «Номер скрыт»', () => {
    const settings = settingsWith({ cells: { missedUnknown: withUnsorted }, incoming: { hiddenNumbers: 'unsorted' } });
    expect(intent('unsorted', events, settings)).toMatchObject({ leadName: 'Номер скрыт', contactName: 'Номер скрыт' });
  });

  it('makes no record of a number that cannot be called, nor of an answer corrected to missed (R4, R15)', () => {
    const kept = { hiddenNumbers: 'unsorted' } as const;
    const settings = settingsWith({ cells: { missedUnknown: withUnsorted }, incoming: kept, outgoing: kept });
    const forbidden = endedMissed({ ...hidden, ...outgoing, outcome_detail: 'not_allowed' });
    expect(reasons([forbidden], settings)).toEqual(['R4 not_allowed']);
    expect(reasons(events, settings, { decidedAs: 'answered' })).toEqual(['R15 answered_then_missed']);
  });

  it('an unsorted record kept for hidden numbers still yields to the filter (R8)', () => {
    const cells = { missedUnknown: withUnsorted };
    const short = { client: { raw: '0100', e164: null, kind: 'short' as const } };
    const settings = settingsWith({ cells, incoming: { hiddenNumbers: 'unsorted', filteredNumbers: ['0100'] } });
    expect(reasons([endedMissed(short)], settings)).toEqual(['R8 filtered']);
  });

  it('no unsorted record follows a contact that was promised while the number was told', () => {
    const settings = settingsWith({ cells: { missedUnknown: withUnsorted }, incoming: { hiddenNumbers: 'unsorted' } });
    expect(effects(events, settings, { promised: new Set(['contact'] as const) })).toEqual([]);
  });

  it('stops being hidden when the authoritative record tells it (R4)', () => {
    expect(effects([started(hidden), endedMissed()], on('missedUnknown', withUnsorted))).toEqual(['unsorted', 'note']);
  });
});

describe('R10: a hidden caller who was forwarded', () => {
  const EXPERT = { raw: '79031112233', e164: '+79031112233', kind: 'e164' as const };
  const OUR_OWN = { raw: VIRTUAL.slice(1), e164: VIRTUAL, kind: 'e164' as const };
  const settings = on('answeredUnknown', withDeal);
  const over = { clientKnown: null };

  it.each([
    ['of whom he was forwarded to', EXPERT],
    ['of the company’s own number', OUR_OWN],
  ])('made a contact and a deal %s', (_, client) => {
    const outside = { direction: 'out', client } as const;
    const leg = event('leg.answered', 30, { ...outside, target_number: { raw: EXPERT.raw, e164: EXPERT.e164 } });
    const ofOneId = [started(hidden), answered(PETROVA, hidden), leg, endedAnswered(hidden)];
    expect(reasons(ofOneId, settings, over)).toEqual(['R10 hidden_number']);
    const second = { ...outside, call_id: 'second' };
    const ofTwo = [
      started(hidden),
      answered(PETROVA, hidden),
      event('call.transferred', 20, { ...hidden, linked_call_ids: ['second'] }),
      event('call.started', 22, second),
      event('call.ended', 60, { ...second, outcome: 'answered', talk_sec: 30, total_sec: 38 }),
      endedAnswered(hidden),
    ];
    expect(reasons(ofTwo, settings, over)).toEqual(['R10 hidden_number']);
  });
});

describe('R10: hiddenNumbers = unsorted', () => {
  const kept = (cell: CellSettings) =>
    settingsWith({
      cells: { missedUnknown: cell, answeredUnknown: cell },
      incoming: { hiddenNumbers: 'unsorted' },
    });

  it.each([
    ['create_contact', withContact],
    ['create_contact_and_deal', withDeal],
    ['create_unsorted but is switched off', { ...withUnsorted, enabled: false }],
  ])('makes nothing where the cell’s action is %s', (_title, cell) => {
    expect(reasons([endedMissed(hidden)], kept(cell))).toEqual(['R10 hidden_number']);
  });

  it('waits for the recording of an answered call, like every unsorted record (R1)', () => {
    const ended = '2025-03-04T09:13:11.000Z';
    const waiting = plan([endedAnswered(hidden)], kept(withUnsorted), { now: ended });
    expect(waiting).toMatchObject({ effects: [], wait: { for: 'recording', until: '2025-03-04T09:14:11.000Z' } });
    expect(effects([endedAnswered(hidden)], kept(withUnsorted))).toEqual(['unsorted']);
  });
});
