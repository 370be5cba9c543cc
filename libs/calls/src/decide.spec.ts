import { describe, expect, it } from '@jest/globals';
import type { CallEvent, CellName, CellSettings, Settings } from '@perezvon/contracts';
import { decide } from './decide.js';
import type { Situation } from './plan.js';
import {
  answered,
  callOf,
  CLIENT,
  DEFAULT_INCOMING,
  DEFAULT_OUTGOING,
  endedAnswered,
  endedMissed,
  event,
  hidden,
  outgoing,
  PETROVA,
  PETROVA_IN_CRM,
  PIPELINE,
  recorded,
  ringing,
  settingsWith,
  SIDOROV,
  situation,
  STAGE,
  started,
  VIRTUAL,
  withDeal,
  withDealAlways,
  withUnsorted,
} from './testing/given.js';

const plan = (events: readonly CallEvent[], settings: Settings, more: Partial<Situation> = {}) =>
  decide(callOf(...events), situation(settings, more));
const effects = (...args: Parameters<typeof plan>) => plan(...args).effects.map((e) => e.effect);
const reasons = (...args: Parameters<typeof plan>) => plan(...args).reasons.map((r) => `${r.ruleId} ${r.code}`);
const intent = (effect: string, ...args: Parameters<typeof plan>) =>
  plan(...args).effects.find((e) => e.effect === effect)?.intent;

const on = (cell: CellName, action: CellSettings) => settingsWith({ cells: { [cell]: action } });

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

describe('R3, R4: a hint of the end («Потерянный звонок»)', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });
  const lost = event('call.ended', 30, { leg_id: 'lost', outcome: 'missed', outcome_detail: 'inferred' });
  const heardAt = lost.received_at;
  const beforeItSettles = { now: '2025-03-04T09:12:49.999Z', heardAt };

  it('is given the settle delay before it counts', () => {
    const waiting = plan([started(), lost], settings, beforeItSettles);
    expect(waiting).toMatchObject({ effects: [], wakeAt: '2025-03-04T09:12:50.000Z' });
    expect(effects([started(), lost], settings, { now: '2025-03-04T09:12:50.000Z', heardAt })).toEqual([
      'unsorted',
      'note',
    ]);
  });

  it('uses the delay of its own PBX source', () => {
    const source = { kind: 'uis', instance: null, settleDelaySec: 5 } as Settings['sources'][number];
    expect(plan([lost], { ...settings, sources: [source] }, beforeItSettles).ended).not.toBeNull();
  });

  it('lets the client be looked for meanwhile', () => {
    expect(plan([lost], settings, { ...beforeItSettles, clientKnown: null }).needs).toBe('client');
  });

  it('yields at once to the authoritative end, whichever came first', () => {
    const late = { ...lost, received_at: '2025-03-04T09:30:00.000Z' };
    expect(plan([lost, endedAnswered()], settings, beforeItSettles).cell).toBe('answeredUnknown');
    expect(plan([endedAnswered(), late], settings, beforeItSettles).cell).toBe('answeredUnknown');
  });
});

describe('R4: the outcome', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });

  it('a group call that a colleague answered is answered, whatever the other legs did', () => {
    const others = event('leg.ended', 12, { employee: SIDOROV });
    expect(plan([started(), ringing(SIDOROV), answered(PETROVA), others, endedAnswered()], settings).cell).toBe(
      'answeredUnknown',
    );
  });

  it('an end without talk time after an employee answered is an answered call', () => {
    const end = endedMissed({ talk_sec: null, outcome: 'missed' });
    expect(plan([started(), answered(), end], settings).cell).toBe('answeredUnknown');
  });

  it('an end that measured zero seconds of talk is missed, though a leg was up', () => {
    expect(plan([started(), answered(), endedMissed({ talk_sec: 0 })], settings).cell).toBe('missedUnknown');
  });

  it.each([
    ['internal', started({ direction: 'internal' }), 'R4 internal'],
    ['rejected as spam', endedMissed({ outcome: 'rejected', outcome_detail: 'spam' }), 'R4 rejected'],
    ['of unknown direction', endedMissed({ direction: 'unknown' }), 'R4 unknown_direction'],
  ])('a call that is %s is ignored and says so', (_title, only, reason) => {
    const made = plan([only], settings);
    expect(made.effects).toEqual([]);
    expect(made.reasons.map((r) => `${r.ruleId} ${r.code}`)).toEqual([reason]);
  });

  it('a leg that ended and answered again is talking: its silence is no end', () => {
    const back = event('leg.answered', 40, { employee: PETROVA });
    const ended = event('leg.ended', 30, { employee: PETROVA });
    const silent = { heardAt: '2025-03-04T09:12:40.000Z', now: '2025-03-04T12:00:00.000Z' };
    expect(plan([started(), answered(), ended, back], settings, silent).ended).toBeNull();
    expect(plan([started(), answered(), ended], settings, silent).ended).not.toBeNull();
  });

  describe('of which nothing but a recording was heard', () => {
    const bothCells = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });
    const heardAt = recorded().received_at;
    const after = (hours: number) => ({
      heardAt,
      now: new Date(Date.parse(heardAt) + hours * 3_600_000).toISOString(),
    });

    it('was a missed call after 15 minutes and made an unsorted record: it waits, seen, for the call’s own events (R9)', () => {
      const waiting = plan([recorded()], bothCells, after(1));
      expect(waiting).toMatchObject({ effects: [], needs: null, ended: null });
      expect(waiting.wait).toEqual({ for: 'record', until: after(24).now });
    });

    it('stays in the journal when a day has brought nothing else', () => {
      expect(plan([recorded()], bothCells, { ...after(24), clientKnown: true }).effects).toEqual([]);
      expect(reasons([recorded()], bothCells, after(24))).toEqual(['R4 only_recorded']);
    });

    it('is decided by whatever else comes of it, before the recording or after', () => {
      expect(effects([recorded(), endedAnswered()], bothCells, after(1))).toEqual(['contact', 'deal', 'note']);
      expect(effects([started(), recorded()], bothCells, after(1))).toEqual(['unsorted', 'note']);
    });
  });

  it('an answered leg without measured talk and a leg of zero seconds are an answered call', () => {
    const untimed = endedAnswered({ talk_sec: null });
    const second = event('call.ended', 80, { call_id: 'second', outcome: 'missed', talk_sec: 0 });
    expect(plan([started(), untimed, second], settings).cell).toBe('answeredUnknown');
  });

  it('a call that rings longer than 15 minutes is not over before the ring limit of its source', () => {
    const source = {
      kind: 'uis',
      instance: null,
      settleDelaySec: 20,
      ringLimitSec: 3600,
    } as Settings['sources'][number];
    const after = (minutes: number) => ({
      heardAt: '2025-03-04T09:12:02.000Z',
      now: new Date(Date.parse('2025-03-04T09:12:02.000Z') + minutes * 60_000).toISOString(),
    });
    expect(plan([started(), ringing()], { ...settings, sources: [source] }, after(59)).ended).toBeNull();
    expect(plan([started(), ringing()], { ...settings, sources: [source] }, after(61)).ended).not.toBeNull();
    expect(plan([started(), ringing()], settings, after(14)).ended).toBeNull();
    expect(plan([started(), ringing()], settings, after(16)).ended).not.toBeNull();
  });

  it("an employee's own number is nobody's client", () => {
    const mobile = { client: { raw: '79035550101', e164: '+79035550101', kind: 'e164' as const } };
    expect(reasons([started(mobile), endedMissed(mobile)], settings)).toEqual(['R4 employees_number']);
  });

  it.each(['invalid_number', 'not_allowed'] as const)(
    'an outgoing call to a number that is %s creates nothing, a known card still gets its note',
    (outcome_detail) => {
      const end = endedMissed({ ...outgoing, outcome: 'not_reached', outcome_detail });
      expect(effects([started(outgoing), end], settings)).toEqual(['note']);
    },
  );
});

describe('R6, R9: the call note', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal } });
  const note = (...events: readonly CallEvent[]) => intent('note', events, settings, { clientKnown: true });

  it('says who talked, how long, and where the recording is', () => {
    expect(note(started(), answered(), endedAnswered(), recorded())).toEqual({
      kind: 'call_note',
      direction: 'in',
      durationSec: 60,
      callStatus: 4,
      callResult: null,
      recordUrl: 'https://media.cp.megafon.ru/r/1.mp3?sign=a',
      responsibleUserId: PETROVA_IN_CRM,
      defaultResponsibleUserId: DEFAULT_INCOMING,
    });
  });

  it.each([
    ['talk seconds', { talk_sec: 60, total_sec: 80, wait_sec: 11 }, 60],
    ['total minus waiting when talk is not told', { talk_sec: null, total_sec: 80, wait_sec: 11 }, 69],
    ['total when waiting is not told either', { talk_sec: null, total_sec: 80, wait_sec: null }, 80],
  ])('its duration is %s', (_title, durations, expected) => {
    expect(note(endedAnswered(durations))).toMatchObject({ durationSec: expected });
  });

  it('a missed call lasts 0 s and belongs to the default responsible', () => {
    expect(note(started(), ringing(), endedMissed())).toMatchObject({
      durationSec: 0,
      callStatus: 6,
      responsibleUserId: DEFAULT_INCOMING,
    });
  });

  it('an outgoing call that was not reached belongs to who called', () => {
    const made = intent('note', [started(outgoing), ringing(PETROVA, outgoing), endedMissed(outgoing)], settings);
    expect(made).toMatchObject({ direction: 'out', responsibleUserId: PETROVA_IN_CRM });
  });

  it('an unmapped employee falls back to the default responsible', () => {
    expect(note(started(), answered(SIDOROV), endedAnswered({ employee: SIDOROV }))).toMatchObject({
      responsibleUserId: DEFAULT_INCOMING,
    });
  });

  it.each([
    ['first', PETROVA_IN_CRM],
    ['last', DEFAULT_INCOMING],
  ] as const)('after a transfer, acceptedBy = %s decides who took the call', (acceptedBy, user) => {
    const both = [answered(PETROVA), event('leg.answered', 40, { employee: SIDOROV })];
    const made = intent('note', [started(), ...both, endedAnswered()], settingsWith({ incoming: { acceptedBy } }), {
      clientKnown: true,
    });
    expect(made).toMatchObject({ responsibleUserId: user });
  });

  it('takes the full recording, else the longest', () => {
    const parts = [
      recorded('https://m/a.mp3', { record: { url: 'https://m/a.mp3', duration_sec: 90 } }),
      recorded('https://m/b.mp3', { record: { url: 'https://m/b.mp3', duration_sec: 20, full: true } }),
    ];
    expect(note(endedAnswered(), ...parts.slice(0, 1))).toMatchObject({ recordUrl: 'https://m/a.mp3' });
    expect(note(endedAnswered(), ...parts)).toMatchObject({ recordUrl: 'https://m/b.mp3' });
  });

  it('is not written when the operator switched the call log off', () => {
    expect(effects([endedAnswered()], settingsWith({ incoming: { logCalls: false } }), { clientKnown: true })).toEqual(
      [],
    );
  });

  it('waits for the deal and the contact that the call makes, and for nothing else', () => {
    const after = (clientKnown: boolean) =>
      plan([endedAnswered()], settings, { clientKnown }).effects.find((e) => e.effect === 'note')?.after;
    expect(after(false)).toEqual(['contact', 'deal']);
    expect(after(true)).toEqual([]);
  });
});

describe('R9: an answered call in unsorted waits for its recording', () => {
  const settings = on('answeredUnknown', withUnsorted);
  const ended = '2025-03-04T09:13:11.000Z';

  it('until unsortedRecordWaitSec after the end', () => {
    const waiting = plan([endedAnswered()], settings, { now: ended });
    expect(waiting.effects).toEqual([]);
    expect(waiting.wakeAt).toBe('2025-03-04T09:14:11.000Z');
  });

  it('or until the recording is there', () => {
    const made = intent('unsorted', [endedAnswered(), recorded()], settings, { now: ended });
    expect(made).toMatchObject({ recordUrl: 'https://media.cp.megafon.ru/r/1.mp3?sign=a', durationSec: 60 });
  });

  it('and is written without one when the time is over', () => {
    expect(effects([endedAnswered()], settings, { now: '2025-03-04T09:14:11.000Z' })).toEqual(['unsorted', 'note']);
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
});

describe('R8: a filtered number', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal }, incoming: { filteredNumbers: [CLIENT] } });

  it('creates nothing and says so; the note of an existing card stays', () => {
    expect(effects([endedAnswered()], settings)).toEqual(['note']);
    expect(reasons([endedAnswered()], settings)).toContain('R8 filtered');
  });
});

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

describe('R11: an integration that is off', () => {
  it('writes nothing and says why', () => {
    expect(reasons([endedAnswered()], settingsWith({ active: false }))).toEqual(['R11 integration_inactive']);
  });
});

describe('R15: corrections', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });

  it('missed → answered makes no contact or deal once an unsorted record was made', () => {
    const promised = new Set(['unsorted'] as const);
    const events = [endedMissed(), endedAnswered({ received_at: '2025-03-04T09:20:00.000Z' })];
    expect(reasons(events, settings, { promised, decidedAs: 'missed' })).toContain('R15 unsorted_already_made');
  });

  it('answered → missed only updates the note', () => {
    const promised = new Set(['contact', 'deal'] as const);
    const events = [endedAnswered(), endedMissed({ received_at: '2025-03-04T09:20:00.000Z' })];
    const made = plan(events, settings, { promised, decidedAs: 'answered', endedAs: 'answered' });
    expect(made.effects.map((e) => e.effect)).toEqual(['note']);
    expect(made.reasons).toContainEqual({ ruleId: 'R15', code: 'answered_then_missed' });
  });
});

it('an outgoing call uses the outgoing settings', () => {
  const made = intent('contact', [endedAnswered(outgoing)], on('answeredUnknown', withDeal));
  expect(made).toMatchObject({ responsibleUserId: DEFAULT_OUTGOING });
});
