import { describe, expect, it } from '@jest/globals';
import type { CallClient, CallEvent } from '@perezvon/contracts';
import { isOneCall, linkedIdsOf } from './call-ties.js';
import { callOf, event, instantAt, recorded, started, VIRTUAL } from './testing/given.js';

const numbered = (e164: string): CallClient => ({ raw: e164.slice(1), e164, kind: 'e164' });
const OTHER = numbered('+79031112233');
const secondOf = ({ received_at }: CallEvent) => (Date.parse(received_at) - Date.parse(instantAt(0))) / 1000;
const SHORT: CallClient = { raw: '101', e164: null, kind: 'short' };
const HIDDEN: CallClient = { raw: 'anonymous', e164: null, kind: 'hidden' };

describe('a call that another one names', () => {
  const second = (more: Partial<CallEvent>) => callOf(event('leg.ringing', 20, { call_id: 'second', ...more }));
  const named = callOf(started({ linked_call_ids: ['second'] }));
  const transferred = callOf(started(), event('call.transferred', 20, { linked_call_ids: ['second'] }));

  it.each<[string, Partial<CallEvent>, boolean, boolean]>([
    ['of the same client', {}, true, true],
    ['of another client who called', { client: OTHER }, false, false],
    ['towards an outside number', { client: OTHER, direction: 'out' }, false, true],
    ['between colleagues', { client: SHORT, direction: 'internal' }, false, true],
    ['of nobody', { client: HIDDEN }, false, true],
    ['that shows our own number', { client: numbered(VIRTUAL) }, false, true],
  ])('%s: the same by its word alone, and after a transfer', (_, leg, byWord, byTransfer) => {
    expect(isOneCall(named, 'second', second(leg))).toBe(byWord);
    expect(isOneCall(transferred, 'second', second(leg))).toBe(byTransfer);
    expect(isOneCall(transferred, 'third', second(leg))).toBe(byWord);
  });

  it('is the same if both told the same number that is no E.164; two hidden callers are two', () => {
    const told = (client: CallClient) => callOf(started({ client }));
    const local: CallClient = { raw: '2345678', e164: null, kind: 'invalid' };
    expect(isOneCall(told(local), 'second', second({ client: local }))).toBe(true);
    expect(isOneCall(told(HIDDEN), 'second', second({ client: HIDDEN }))).toBe(false);
  });
});

describe('a call that another one names, told of another time', () => {
  const HOUR = 3600;
  const OUT = { call_id: 'W', direction: 'out', client: OTHER } as const;
  const transferAt = (second: number) =>
    event('call.transferred', second, { linked_call_ids: ['W'], to_employee: { ext: '102' } });
  const byReceipt = (one: CallEvent): CallEvent => ({ ...one, occurred_at: null, occurred_at_quality: 'received' });
  const ended = (second: number, totalSec: number, more: Partial<CallEvent>) =>
    event('call.ended', second, { outcome: 'answered', talk_sec: totalSec, total_sec: totalSec, ...more });
  const w = [started(OUT), ended(60, 60, OUT)];
  const x = (begins: number) => [event('call.started', begins), transferAt(begins + 20)];

  it('was joined with a stranger’s transfer three hours after its end, and its note was overwritten', () => {
    expect(isOneCall(callOf(...x(3 * HOUR)), 'W', callOf(...w))).toBe(false);
    expect(isOneCall(callOf(...x(3 * HOUR).map(byReceipt)), 'W', callOf(...w.map(byReceipt)))).toBe(false);
    expect(isOneCall(callOf(...x(0)), 'W', callOf(...w))).toBe(true);
  });

  it('was joined with it also where its end was lost: nobody talked on it any more', () => {
    expect(isOneCall(callOf(...x(3 * HOUR)), 'W', callOf(started(OUT)))).toBe(false);
    const talking = callOf(started(OUT), event('leg.answered', 5, { ...OUT, employee: { ext: '101' } }));
    expect(isOneCall(callOf(...x(3 * HOUR)), 'W', talking)).toBe(true);
  });

  it('swallowed the same client’s next call, which named it', () => {
    const anew = (begins: number) =>
      callOf(event('call.started', begins, { call_id: 'new', linked_call_ids: ['1002003004'] }));
    const lost = callOf(started(), ended(30, 30, { outcome: 'missed', talk_sec: 0 }));
    expect(isOneCall(anew(3 * HOUR), '1002003004', lost)).toBe(false);
    expect(isOneCall(anew(40), '1002003004', lost)).toBe(false);
    // Rounded clocks: voice mail begins when the first leg gives up.
    expect(isOneCall(anew(32), '1002003004', lost)).toBe(true);
  });

  it('swallowed the next call, whose deal and note were cancelled, when its own end or recording came once more, or late', () => {
    const next = (change: (one: CallEvent) => CallEvent = (one) => one) =>
      callOf(change(event('call.started', 1_800, { call_id: 'new', linked_call_ids: ['1002003004'] })));
    const end = ended(60, 60, {});
    const pulledAgain = { ...end, received_at: instantAt(HOUR), origin: 'pull' as const };
    const recordedLate = { ...recorded(), occurred_at: instantAt(2_400), received_at: instantAt(2_400) };
    for (const late of [pulledAgain, recordedLate]) {
      expect(isOneCall(next(), '1002003004', callOf(started(), end, late))).toBe(false);
      expect(isOneCall(next(byReceipt), '1002003004', callOf(...[started(), end, late].map(byReceipt)))).toBe(false);
    }
    expect(isOneCall(next(), '1002003004', callOf(started(), pulledAgain))).toBe(false);
    // Everything out of a backlog, at once by our clock: the PBX's has the word.
    const atOnce = (one: CallEvent) => ({ ...one, received_at: instantAt(2 * HOUR) });
    expect(isOneCall(next(atOnce), '1002003004', callOf(...[started(), end].map(atOnce)))).toBe(false);
  });

  it.each(['auto_back_call_by_lost_call', 'auto_out_calls'])(
    'swallowed its call-back (%s), which followed at once (§4.6)',
    (call_source) => {
      const back: Partial<CallEvent> = {
        call_id: 'back',
        direction: 'out',
        call_source,
        linked_call_ids: ['1002003004'],
      };
      const lost = callOf(started(), ended(30, 30, { outcome: 'missed', talk_sec: 0 }));
      for (const begins of [25, 30, 31])
        expect(isOneCall(callOf(event('call.started', begins, back)), '1002003004', lost)).toBe(false);
      // A leg of the call-back itself is no other call.
      const itself = callOf(event('call.started', 31, back), { ...transferAt(50), ...back, linked_call_ids: ['W'] });
      for (const more of [{ call_source }, {}])
        expect(isOneCall(itself, 'W', callOf(event('leg.ringing', 51, { ...OUT, ...more })))).toBe(true);
    },
  );

  describe('that a transfer named was a call of its own, with all effects twice,', () => {
    const moved = [started(), transferAt(60)];
    const leg = (begins: number, more: Partial<CallEvent> = {}) => event('leg.ringing', begins, { ...OUT, ...more });
    const record = ended(61, 61, {});

    it('when the colleague’s phone rang only after a queue', () => {
      expect(isOneCall(callOf(...moved, record), 'W', callOf(leg(105)))).toBe(true);
    });

    it('when the first leg’s record stood long ago, and the conversation went on to a third', () => {
      const later = event('call.transferred', 500, { linked_call_ids: ['W'] });
      expect(isOneCall(callOf(...moved, record, later), 'W', callOf(leg(505)))).toBe(true);
    });

    it('when its record alone was heard, pulled an hour later, and the call itself by our receipt', () => {
      const pulled = { ...ended(300, 240, OUT), received_at: instantAt(HOUR) };
      expect(isOneCall(callOf(...moved.map(byReceipt)), 'W', callOf(pulled))).toBe(true);
      const whole = { ...record, received_at: instantAt(HOUR) };
      expect(isOneCall(callOf(...moved.map(byReceipt), whole), 'W', callOf(pulled))).toBe(true);
    });
  });

  it('that begins at the very second of the transfer is its leg, whichever of both is told by our receipt alone', () => {
    const whole = [started(), transferAt(20), ended(21, 21, {})];
    for (const begins of [19, 20, 21, 23]) {
      const leg = [event('leg.ringing', begins, OUT), ended(begins + 40, 40, OUT)];
      for (const one of [whole, whole.map(byReceipt)])
        for (const other of [leg, leg.map(byReceipt), leg.slice(0, 1), leg.slice(0, 1).map(byReceipt), leg.slice(1)])
          expect(isOneCall(callOf(...one), 'W', callOf(...other))).toBe(true);
    }
  });

  it('is its leg by our own clock where the PBX’s, ten minutes slow, tells only one of them', () => {
    const slow = (one: CallEvent): CallEvent => ({ ...one, occurred_at: instantAt(secondOf(one) - 600) });
    const whole = [started(), transferAt(20), ended(21, 21, {})];
    const leg = byReceipt(event('leg.ringing', 21, OUT));
    expect(isOneCall(callOf(...whole.map(slow)), 'W', callOf(leg))).toBe(true);
  });

  it('is its leg though its record tells no start, or the call is known by late records alone', () => {
    const whole = [started(), transferAt(20), ended(21, 21, {})];
    const record = event('call.ended', 60, { ...OUT, outcome: 'answered', talk_sec: 36, wait_sec: 4 });
    expect(isOneCall(callOf(...whole), 'W', callOf(record))).toBe(true);
    const late = (one: CallEvent): CallEvent => ({ ...one, received_at: instantAt(2 * HOUR) });
    expect(isOneCall(callOf(...whole), 'W', callOf(late(ended(60, 40, OUT))))).toBe(true);
    expect(
      isOneCall(callOf(...whole), 'W', callOf(recorded(undefined, { ...OUT, occurred_at: instantAt(HOUR) }))),
    ).toBe(true);
  });
});

describe('ids that a PBX fills an empty field with', () => {
  it.each([
    '0',
    '',
    ' ',
    '-',
    '—',
    '000',
    'null',
    'None',
    'undefined',
    'N/A',
    '{{second_callid}}',
    '00000000-0000-0000-0000-000000000000',
  ])('%p is no call, nor is the call’s own id', (id) => {
    expect(linkedIdsOf(started({ linked_call_ids: [id, '1002003004', 'second', 'second'] }))).toEqual(['second']);
  });

  it('are not mistaken for ids that only look like them', () => {
    const ids = ['10', '0a', 'none-1', '7'];
    expect(linkedIdsOf(started({ linked_call_ids: ids }))).toEqual(ids);
  });
});
