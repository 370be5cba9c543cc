import { describe, expect, it } from '@jest/globals';
import type { CallEvent, Settings } from '@perezvon/contracts';
import {
  answered,
  callOf,
  CLIENT,
  endedAnswered,
  endedMissed,
  event,
  instantAt,
  outgoing,
  PETROVA,
  recorded,
  ringing,
  settingsWith,
  SIDOROV,
  started,
  withDeal,
  withUnsorted,
} from './testing/given.js';
import { talkersOf } from './people.js';
import { effects, intent, plan, reasons } from './testing/planned.js';

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

  it('is no hint where it is an answer, however the PBX came to know of it: decided at once', () => {
    const inferred = endedAnswered({ outcome_detail: 'inferred' });
    expect(plan([started(), inferred], settings, { now: instantAt(71), heardAt: instantAt(71) })).toMatchObject({
      wait: null,
      cell: 'answeredUnknown',
    });
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

  it('a talk was ended by silence where the same leg had been rung in vain before, and only our receipt tells the time', () => {
    const byReceipt = (type: CallEvent['type'], second: number) =>
      event(type, second, {
        employee: PETROVA,
        occurred_at: null,
        occurred_at_quality: 'received',
        received_at: instantAt(second),
      });
    const rungTwice = [byReceipt('leg.ringing', 0), byReceipt('leg.ended', 20), byReceipt('leg.ringing', 21)];
    const silent = { heardAt: instantAt(50), now: '2025-03-04T12:00:00.000Z' };
    expect(plan([started(), ...rungTwice, byReceipt('leg.answered', 50)], settings, silent).ended).toBeNull();
    expect(plan([started(), ...rungTwice], settings, silent).ended).not.toBeNull();
  });

  describe('told by our receipt alone', () => {
    const byReceipt = (type: CallEvent['type'], second: number, employee = PETROVA) =>
      event(type, second, {
        employee,
        occurred_at: null,
        occurred_at_quality: 'received',
        received_at: instantAt(second),
      });
    const anHourOn = { heardAt: instantAt(60), now: instantAt(3600) };

    it('a talk was ended by silence for the end of its leg’s vain ring was delivered again', () => {
      const rungInVain = [byReceipt('leg.ringing', 0), byReceipt('leg.ended', 20), byReceipt('leg.ringing', 40)];
      const going = [started(), ...rungInVain, byReceipt('leg.answered', 50), byReceipt('leg.ended', 60)];
      for (const events of [going, [...going].reverse()]) expect(plan(events, settings, anHourOn).ended).toBeNull();
    });

    it('the end of a leg under another id of the call is another end', () => {
      const second = { ...byReceipt('leg.ended', 60), event_id: 'f'.repeat(64) };
      const over = [started(), byReceipt('leg.ended', 20), byReceipt('leg.answered', 50), second];
      expect(plan(over, settings, anHourOn).ended).not.toBeNull();
    });

    it('a talk that came back after a failed transfer was ended by silence, for its answer has the id of the first one', () => {
      const failed = [byReceipt('leg.ringing', 31, SIDOROV), byReceipt('leg.ended', 50, SIDOROV)];
      const first = [started(), byReceipt('leg.answered', 5), byReceipt('leg.ended', 30)];
      const back = byReceipt('leg.answered', 52);
      expect(plan([...first, ...failed, back], settings, anHourOn).ended).toBeNull();
      expect(plan([...first, ...failed], settings, anHourOn).ended).not.toBeNull();
    });

    it('an answer that is heard a second time does not decide who talked last: it may be a mere redelivery (R6)', () => {
      const last = settingsWith({ incoming: { acceptedBy: 'last' } });
      const both = [started(), byReceipt('leg.answered', 5), byReceipt('leg.answered', 40, SIDOROV)];
      const ended = endedAnswered({ employee: null });
      const made = [
        [...both, ended],
        [...both, byReceipt('leg.answered', 52), ended],
      ].map((events) => intent('note', events, last, { clientKnown: true }));
      expect(made[1]).toEqual(made[0]);
    });
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

    it('waits a day from the first recording on: another one does not begin it anew', () => {
      const again = recorded('https://m/2.mp3', { received_at: after(20).now });
      const later = { heardAt: after(20).now, now: after(23).now };
      expect(plan([recorded(), again], bothCells, later).wait).toEqual({ for: 'record', until: after(24).now });
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

describe('R4: what an end record says counts for what it is', () => {
  const settings = settingsWith({ cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted } });

  it('a call that its end calls internal is ignored, although its legs were told as incoming', () => {
    const end = endedMissed({ outcome: 'internal' });
    expect(reasons([started(), answered(), end], settings)).toEqual(['R4 internal']);
  });

  it('a rejection without a detail is the policy’s; one that is technical is a missed call', () => {
    const rejected = (outcome_detail: CallEvent['outcome_detail']) =>
      reasons([endedMissed({ outcome: 'rejected', outcome_detail })], settings);
    expect(rejected(null)).toEqual(['R4 rejected']);
    expect(rejected('technical')).toContain('R4 technical');
    expect(rejected('technical')).toContain('R2 creates_unsorted');
  });

  it('talk that only a participant had, and nobody measured as a whole, is an answer', () => {
    const participants = [{ employee: PETROVA, talked: true }];
    const end = endedMissed({ talk_sec: null, participants });
    expect(plan([started(), end], settings).cell).toBe('answeredUnknown');
  });

  it.each(['invalid_number', 'not_allowed'] as const)(
    'an incoming call whose end says %s is a missed call: nobody dialled that number',
    (outcome_detail) => {
      expect(effects([endedMissed({ outcome_detail })], settings)).toEqual(['unsorted', 'note']);
    },
  );

  it('a consultation between employees is no talk with the client, until the client was connected (§4.5)', () => {
    const consultation = event('leg.answered', 20, { employee: SIDOROV, direction: 'internal' });
    const untimed = endedMissed({ talk_sec: null });
    expect(plan([started(), consultation, untimed], settings).cell).toBe('missedUnknown');
    const connected = event('call.transferred', 25, { to_employee: SIDOROV });
    expect(plan([started(), consultation, connected, untimed], settings).cell).toBe('answeredUnknown');
  });

  it('a record under the second id outdoes the hint under the first: nothing is waited for', () => {
    const lost = event('call.ended', 30, { leg_id: 'lost', outcome: 'missed', outcome_detail: 'inferred' });
    const record = endedMissed({ call_id: 'second', received_at: '2025-03-04T09:12:31.000Z' });
    const atOnce = { now: '2025-03-04T09:12:31.000Z', heardAt: '2025-03-04T09:12:31.000Z' };
    expect(plan([started(), lost, record], settings, atOnce)).toMatchObject({ wait: null, cell: 'missedUnknown' });
  });
});

/** A transfer, or a question to a colleague, announced by the PBX as another id (§4.5, §4.6). */
describe('R4: the record of a leg', () => {
  const settings = settingsWith({
    cells: { answeredUnknown: withDeal, missedUnknown: withUnsorted },
    incoming: { createAt: 'end' },
  });
  const twoMinutesOn = { heardAt: instantAt(71), now: instantAt(200) };
  const transferred = event('call.transferred', 20, { to_employee: SIDOROV, linked_call_ids: ['second'] });
  const second = (more: Partial<CallEvent>) =>
    event('call.ended', 60, { call_id: 'second', outcome: 'answered', talk_sec: 20, total_sec: 30, ...more });
  const expert = { raw: '79031112233', e164: '+79031112233', kind: 'e164' } as const;

  it('of a consultation between employees ended the call as internal, and the client was lost', () => {
    const consultation = second({ direction: 'internal', outcome: 'internal' });
    const going = [started(), answered(), transferred, consultation];
    expect(plan(going, settings, twoMinutesOn)).toMatchObject({ ended: null, effects: [] });
    expect(plan([...going, endedAnswered()], settings, twoMinutesOn).cell).toBe('answeredUnknown');
    const lost = { heardAt: instantAt(71), now: instantAt(25 * 3600) };
    expect(effects(going, settings, lost)).toEqual(['contact', 'deal', 'note']);
  });

  it('of a consultation during an outgoing call ended it as internal', () => {
    const out = { direction: 'out' } as const;
    const going = [started(out), answered(PETROVA, out), { ...transferred, ...out }];
    const consultation = second({ direction: 'internal', outcome: 'internal' });
    expect(plan([...going, consultation], settings, twoMinutesOn)).toMatchObject({ ended: null });
  });

  it('of which nobody took the call added its ringing to the note: the client talked elsewhere meanwhile (R9)', () => {
    const asked = second({ outcome: 'missed', talk_sec: null, total_sec: 24, occurred_at: instantAt(85) });
    const own = endedAnswered({ talk_sec: null, total_sec: 600, occurred_at: instantAt(600) });
    for (const events of [
      [asked, own],
      [own, asked],
    ])
      expect(callOf(started(), transferred, ...events).ended).toMatchObject({ outcome: 'answered', totalSec: 600 });
  });

  it('tells who talked after whom, where no leg was heard of', () => {
    const first = endedAnswered({ talk_sec: 20, total_sec: 31 });
    const both = callOf(transferred, first, second({ employee: SIDOROV, occurred_at: instantAt(100) }));
    expect(talkersOf(both)).toEqual([PETROVA, SIDOROV]);
  });

  it('adds up with the call’s own: who waited first, who talked when, and the receipt that came last', () => {
    const own = endedAnswered({ talk_sec: 20, wait_sec: 11 });
    const leg = second({ employee: SIDOROV, wait_sec: 4, received_at: instantAt(90) });
    const both = callOf(started(), transferred, own, { ...leg, occurred_at: instantAt(95) }).ended;
    expect(both).toMatchObject({ waitSec: 11, talkSec: 40, receivedAt: instantAt(90) });
    expect(both).toMatchObject({ firstTalker: PETROVA, talkers: [PETROVA, SIDOROV] });
    expect(both).toMatchObject({ lastTalker: null, lastInOrder: { employee: SIDOROV, since: null } });
    const late = callOf(started(), transferred, { ...own, received_at: instantAt(99) }, leg).ended;
    expect(late).toMatchObject({ receivedAt: instantAt(99), talkSec: 40 });
  });

  it('of an internal call whose colleague was asked is internal as before', () => {
    const internal = { direction: 'internal' } as const;
    const going = [started(internal), answered(PETROVA, internal), transferred];
    const ended = endedAnswered({ ...internal, outcome: 'internal' });
    expect(reasons([...going, second({ ...internal, outcome: 'internal' }), ended], settings)).toEqual(['R4 internal']);
  });

  it('that asked an outside number made that number the client, and the real one got nothing', () => {
    const asked = second({ direction: 'out', client: expert });
    const whole = [started(), answered(), transferred, asked, endedAnswered()];
    expect(callOf(...whole)).toMatchObject({ direction: 'in', client: { e164: CLIENT }, ended: { talkSec: 60 } });
    // Whichever record came first.
    expect(plan([started(), answered(), transferred, asked], settings, twoMinutesOn).ended).toBeNull();
    expect(callOf(asked, transferred, endedAnswered(), started())).toMatchObject({ client: { e164: CLIENT } });
  });

  describe('that nobody took', () => {
    const untaken = second({ outcome: 'missed', talk_sec: 0, total_sec: 24, occurred_at: instantAt(45) });
    const going = [started(), answered(), transferred, untaken];

    it('ended the call as missed while the client talked on with who had asked', () => {
      expect(plan(going, settings, twoMinutesOn)).toMatchObject({ ended: null, effects: [] });
      expect(plan([...going, endedAnswered()], settings, twoMinutesOn).cell).toBe('answeredUnknown');
      expect(plan(going, settings, { heardAt: instantAt(45), now: instantAt(25 * 3600) })).toMatchObject({
        cell: 'answeredUnknown',
        ended: { detail: 'inferred' },
      });
    });

    it('made a missed call of an answered one, when the call’s own record was lost', () => {
      const hungUp = event('leg.ended', 100, { employee: PETROVA });
      const made = plan([...going, hungUp], settings, { heardAt: instantAt(100), now: instantAt(120) });
      expect(made).toMatchObject({ cell: 'answeredUnknown', ended: { talkSec: null, totalSec: null } });
      const note = made.effects.find(({ effect }) => effect === 'note');
      expect(note?.intent).toMatchObject({
        durationSec: 0,
        callResult: expect.stringContaining('длительность неизвестна'),
      });
    });

    it('is a missed call after the settle delay where nobody talked (R3)', () => {
      const ringing = [started(), transferred, untaken];
      expect(plan(ringing, settings, { heardAt: instantAt(45), now: instantAt(65) }).cell).toBe('missedUnknown');
    });
  });

  it('alone, of a talk, was reopened for a day by an answer that was delivered again, and its note lost the duration (R15)', () => {
    const byReceipt = (at: number) => ({ received_at: instantAt(at), occurred_at: null });
    const whole = [started(), answered(), transferred, second({ direction: 'in', employee: SIDOROV })];
    for (const employee of [PETROVA, SIDOROV]) {
      const again = event('leg.answered', 300, { employee, ...byReceipt(300) });
      const made = plan([...whole, again], settings, { heardAt: instantAt(300), now: instantAt(320) });
      expect(made).toMatchObject({ cell: 'answeredUnknown', wait: null, ended: { talkSec: 20 } });
    }
  });

  it('corrected to one that nobody took did not reopen a call that was over (R15)', () => {
    const corrected = second({ outcome: 'missed', talk_sec: 0, received_at: instantAt(200) });
    const whole = [started(), answered(), transferred, second({ direction: 'in', employee: SIDOROV }), corrected];
    const later = { heardAt: instantAt(200), now: instantAt(220), endedAs: 'answered' } as const;
    expect(plan(whole, settings, later)).toMatchObject({ cell: 'answeredUnknown', wait: null });
    expect(plan(whole, settings, { ...later, endedAs: null }).ended).toBeNull();
  });

  it('alone is given the settle delay, for the call’s own may follow; then it counts', () => {
    const alone = [started(), answered(), transferred, second({ direction: 'in', employee: SIDOROV })];
    const heardAt = instantAt(60);
    expect(plan(alone, settings, { heardAt, now: instantAt(79) })).toMatchObject({ wait: { for: 'record' } });
    expect(plan(alone, settings, { heardAt, now: instantAt(80) }).cell).toBe('answeredUnknown');
  });
});

describe('R4: a caller on the black list', () => {
  const settings = settingsWith({ cells: { missedUnknown: withDeal }, incoming: { missedTask: { enabled: true } } });
  const settled = { heardAt: instantAt(31), now: instantAt(60) };
  const hint = event('call.ended', 30, { leg_id: 'lost', outcome: 'rejected', outcome_detail: 'inferred' });

  it('was a lost call with a task, for only the hint told the reason', () => {
    expect(reasons([started(), hint], settings, settled)).toEqual(['R4 rejected']);
    expect(reasons([started(), hint, endedMissed()], settings, settled)).toEqual(['R4 rejected']);
  });

  it('is none where the record tells why it was missed', () => {
    const busy = endedMissed({ outcome_detail: 'busy' });
    expect(plan([started(), hint, busy], settings, settled).cell).toBe('missedUnknown');
  });

  it('is one no more when the record is corrected to missed: what it had said first was not a hint', () => {
    const first = endedMissed({ outcome: 'rejected', outcome_detail: 'spam' });
    const corrected = endedMissed({ received_at: instantAt(300) });
    const later = { heardAt: instantAt(300), now: instantAt(600) };
    expect(plan([started(), first, corrected], settings, later).cell).toBe('missedUnknown');
  });

  it('is a client like any other once somebody talked with him', () => {
    expect(plan([started(), hint, endedAnswered()], settings, settled).cell).toBe('answeredUnknown');
  });
});
