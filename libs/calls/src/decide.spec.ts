import { describe, expect, it } from '@jest/globals';
import type { CallEvent } from '@perezvon/contracts';
import {
  answered,
  CLIENT,
  DEFAULT_OUTGOING,
  endedAnswered,
  endedMissed,
  outgoing,
  PIPELINE,
  ringing,
  settingsWith,
  STAGE,
  started,
  VIRTUAL,
  withContact,
  withDeal,
  withDealAlways,
} from './testing/given.js';
import { effects, intent, on, plan, reasons } from './testing/planned.js';

describe('R2: a deal', () => {
  it('a deal for a known client is owed only without an active deal; create_deal_always asks nothing', () => {
    const known = { clientKnown: true };
    const events = [started(), endedAnswered()];
    expect(intent('deal', events, on('answeredKnown', withDeal), known)).toMatchObject({ unlessActiveDealIn: 'all' });
    expect(intent('deal', events, on('answeredKnown', withDealAlways), known)).toMatchObject({
      unlessActiveDealIn: null,
    });
    const scoped = settingsWith({ cells: { answeredKnown: withDeal }, incoming: { activeDealScope: 'same_pipeline' } });
    expect(intent('deal', events, scoped, known)).toMatchObject({ unlessActiveDealIn: 'same_pipeline' });
  });

  it('a deal goes to the pipeline and stage of its cell', () => {
    expect(intent('deal', [endedAnswered()], on('answeredUnknown', withDeal))).toMatchObject({
      pipelineId: PIPELINE,
      statusId: STAGE,
    });
  });
});

describe('R3: the moment', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withDeal } });

  it('nothing is created while it rings', () => {
    expect(reasons([started(), ringing()], settings)).toEqual(['R3 nothing_while_it_rings']);
  });

  it('contact and deal of an answered call are created at the answer, its note at the end', () => {
    expect(effects([started(), answered()], settings)).toEqual(['contact', 'deal']);
    expect(effects([started(), answered(), endedAnswered()], settings)).toEqual(['contact', 'deal', 'note']);
  });

  it('an effect says when the event happened that it follows from, however the events were grouped', () => {
    const causes = (...events: readonly CallEvent[]) =>
      plan(events, settings).effects.map((e) => [e.effect, e.causedAt]);
    const atAnswer = '2025-03-04T09:12:11.000Z';
    const atEnd = '2025-03-04T09:13:11.000Z';
    expect(causes(endedAnswered()).slice(0, 1)).toEqual([['contact', atAnswer]]);
    expect(causes(started(), answered())).toEqual([
      ['contact', atAnswer],
      ['deal', atAnswer],
    ]);
    expect(causes(started(), answered(), endedAnswered())).toEqual([
      ['contact', atAnswer],
      ['deal', atAnswer],
      ['note', atEnd],
    ]);
  });

  it('createAt = end waits for the end', () => {
    const atEnd = settingsWith({ cells: { answeredUnknown: withDeal }, incoming: { createAt: 'end' } });
    expect(effects([started(), answered()], atEnd)).toEqual([]);
    expect(effects([started(), answered(), endedAnswered()], atEnd)).toEqual(['contact', 'deal', 'note']);
  });

  it('create_deal_always waits for the end of the call', () => {
    const always = on('answeredKnown', withDealAlways);
    expect(effects([started(), answered()], always, { clientKnown: true })).toEqual([]);
    expect(effects([started(), answered(), endedAnswered()], always, { clientKnown: true })).toEqual(['deal', 'note']);
  });

  it('an outside number that picks up a forwarded call is an answer too', () => {
    const forwarded = answered(null, { target_number: { raw: '74950000000', e164: '+74950000000' } });
    expect(effects([started(), forwarded], settings)).toEqual(['contact', 'deal']);
  });

  it('a leg that nobody in person picked up (an IVR, voice mail, a group) is no answer (R4)', () => {
    expect(effects([started(), answered(null)], settings)).toEqual([]);
    expect(effects([started(), answered(null, { group: { id: 'sales', name: 'Sales' } })], settings)).toEqual([]);
  });

  it('known or unknown is asked before anything is decided', () => {
    const asked = plan([started()], settings, { clientKnown: null });
    expect(asked).toMatchObject({ needs: 'client', effects: [] });
  });
});

describe('R7: tags on what the call creates', () => {
  it.each([
    ['client', [CLIENT.slice(1)]],
    ['virtual', [VIRTUAL.slice(1)]],
    ['both', [CLIENT.slice(1), VIRTUAL.slice(1)]],
  ] as const)('%s', (number, tags) => {
    const tagged = settingsWith({
      cells: { answeredUnknown: withDeal },
      incoming: { tagging: { enabled: true, number } },
    });
    expect(intent('contact', [endedAnswered()], tagged)).toMatchObject({ tags });
    expect(intent('deal', [endedAnswered()], tagged)).toMatchObject({ tags });
  });

  it('are one where the client called from the very number that he dialled', () => {
    const own = { raw: '74951112233', e164: VIRTUAL, kind: 'e164' } as const;
    const tagged = settingsWith({
      cells: { answeredUnknown: withDeal },
      incoming: { tagging: { enabled: true, number: 'both' } },
    });
    expect(intent('deal', [endedAnswered({ client: own })], tagged)).toMatchObject({ tags: [VIRTUAL.slice(1)] });
  });
});

describe('R8: a filtered number', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal }, incoming: { filteredNumbers: [CLIENT] } });

  it('creates nothing and says so; the note of an existing card stays', () => {
    expect(effects([endedAnswered()], settings)).toEqual(['note']);
    expect(reasons([endedAnswered()], settings)).toContain('R8 filtered');
  });
});

describe('R11: an integration that is off', () => {
  it('writes nothing and says why', () => {
    expect(reasons([endedAnswered()], settingsWith({ active: false }))).toEqual(['R11 integration_inactive']);
  });
});

it('an outgoing call uses the outgoing settings', () => {
  const made = intent('contact', [endedAnswered(outgoing)], on('answeredUnknown', withDeal));
  expect(made).toMatchObject({ responsibleUserId: DEFAULT_OUTGOING });
});

describe('R1, R2: what a cell does not offer or no longer wants', () => {
  it('a cell that is switched off and still holds its action creates nothing', () => {
    expect(reasons([endedMissed()], on('missedUnknown', { ...withDeal, enabled: false }))).toContain('R1 cell_off');
    expect(effects([endedMissed()], on('missedUnknown', { ...withDeal, enabled: false }))).toEqual(['note']);
  });

  it('create_contact never makes a known client a second contact, create_deal_always no unknown one a deal', () => {
    const known = { clientKnown: true };
    expect(reasons([endedMissed()], on('missedKnown', withContact), known)).toContain('R2 client_already_known');
    expect(effects([endedMissed()], on('missedKnown', withContact), known)).toEqual(['note']);
    expect(reasons([endedMissed()], on('missedUnknown', withDealAlways))).toContain('R2 not_offered');
    expect(effects([endedMissed()], on('missedUnknown', withDealAlways))).toEqual(['note']);
  });
});
