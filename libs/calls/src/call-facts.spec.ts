import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CallEvent } from '@perezvon/contracts';
import { evolve, type CallFacts } from './call-facts.js';
import { talkingLegs } from './outcome.js';
import {
  answered,
  callOf,
  CLIENT,
  endedAnswered,
  endedMissed,
  event,
  hidden,
  instantAt,
  PETROVA,
  recorded,
  ringing,
  SIDOROV,
  started,
  VIRTUAL,
} from './testing/given.js';

describe('the facts of a call', () => {
  const byReceipt = (second: number): Partial<CallEvent> => ({
    employee: SIDOROV,
    occurred_at: null,
    occurred_at_quality: 'received',
    received_at: instantAt(second),
  });
  const history = [
    started(hidden),
    ringing(PETROVA),
    ringing(SIDOROV),
    answered(PETROVA),
    event('leg.answered', 40, { employee: SIDOROV }),
    event('leg.ended', 12, { employee: SIDOROV }),
    ...[45, 55].map((second) => event('leg.ended', second, byReceipt(second))),
    ...[47, 53].map((second) => event('leg.answered', second, byReceipt(second))),
    event('call.started', 1, { call_source: 'auto_back_call_by_lost_call' }),
    recorded(),
    recorded('https://media.cp.megafon.ru/r/1.mp3?sign=b'),
    endedMissed(),
    endedAnswered({ received_at: '2025-03-04T09:20:00.000Z' }),
  ];

  it('are the same in every order and with every repetition of the events', () => {
    const anyDelivery = fc.array(fc.nat(history.length - 1), { maxLength: 3 }).chain((repeats) =>
      fc.shuffledSubarray([...history, ...repeats.flatMap((i) => history.slice(i, i + 1))], {
        minLength: history.length + repeats.length,
      }),
    );
    const whole = callOf(...history);
    fc.assert(
      fc.property(anyDelivery, (events) => {
        return isDeepStrictEqual(callOf(...events), whole);
      }),
      { numRuns: 10_000, seed: 20_250_304 },
    );
  });

  it('took the number that a forwarded call was forwarded to for the client, if it came before his in the alphabet', () => {
    const outside = { raw: '79031112233', e164: '+79031112233', kind: 'e164' } as const;
    const leg = event('leg.ringing', 5, { direction: 'out', client: outside, leg_id: 'outside' });
    for (const events of [
      [started(), leg],
      [leg, started()],
    ])
      expect(callOf(...events)).toMatchObject({ direction: 'in', client: { e164: CLIENT } });
  });

  it('are the same in either order of two deliveries that differ in what nobody compares', () => {
    const one = endedMissed({ outcome_detail: 'busy', content_hash: 'a'.repeat(64) });
    const other = endedMissed({ outcome_detail: 'technical', content_hash: 'a'.repeat(64) });
    expect(callOf(one, other)).toEqual(callOf(other, one));
  });

  it('begin where the PBX says so: a lone end record looks back over the whole call', () => {
    expect(callOf(endedAnswered()).startedAt).toBe('2025-03-04T09:12:00.000Z');
  });

  it('begin by the PBX’s clock, also where our own receipt was earlier, and in either order', () => {
    const byReceipt = started({ occurred_at: null, occurred_at_quality: 'received', received_at: instantAt(-5) });
    expect(callOf(byReceipt).startedAt).toBe(instantAt(-5));
    expect(callOf(byReceipt, answered()).startedAt).toBe(instantAt(11));
    expect(callOf(answered(), byReceipt).startedAt).toBe(instantAt(11));
  });

  it('took an answer that was delivered again after the leg’s end for a return of the conversation', () => {
    const byReceipt = (second: number) =>
      answered(PETROVA, { occurred_at: null, occurred_at_quality: 'received', received_at: instantAt(second) });
    const legEnded = event('leg.ended', 40, { employee: PETROVA });
    expect(callOf(byReceipt(11), legEnded, byReceipt(50)).legs).toMatchObject([
      { answeredAt: instantAt(11), lastAnsweredAt: null, endedAt: instantAt(40) },
    ]);
    expect(callOf(answered(), legEnded, event('leg.answered', 50, { employee: PETROVA })).legs).toMatchObject([
      { answeredAt: instantAt(11), lastAnsweredAt: instantAt(50) },
    ]);
  });

  it('keep the longest durations of a record that is told twice, whichever came first', () => {
    const short = endedAnswered({ talk_sec: 50, total_sec: 60, wait_sec: null, content_hash: 'a'.repeat(64) });
    const long = endedAnswered({ talk_sec: 60, total_sec: 71, content_hash: 'a'.repeat(64) });
    for (const events of [
      [short, long],
      [long, short],
    ])
      expect(callOf(...events).ended).toMatchObject({ waitSec: 11, talkSec: 60, totalSec: 71 });
  });

  it('take the virtual number and the direction from the record, and from the events where it tells none (R4)', () => {
    const other = { raw: '74959998877', e164: '+74959998877' };
    const record = (more: Partial<CallEvent>) => callOf(started(), endedMissed(more));
    expect(record({ virtual_number: other, direction: 'out' })).toMatchObject({
      virtualNumber: other.e164,
      direction: 'out',
    });
    expect(record({ virtual_number: null, direction: 'unknown' })).toMatchObject({
      virtualNumber: VIRTUAL,
      direction: 'in',
    });
  });

  it('began in 1993 by a total of 31 years: no call lasts longer than a day (R4), so that tells nothing of its start', () => {
    const garbage = endedAnswered({ total_sec: 1_000_000_000 });
    expect(callOf(garbage).startedAt).toBe(garbage.occurred_at);
    for (const occurred_at_quality of ['pbx_utc', 'received'] as const)
      expect(callOf(started({ occurred_at_quality }), garbage).startedAt).toBe(instantAt(0));
    expect(callOf(endedAnswered({ total_sec: 86_400 })).startedAt).toBe('2025-03-03T09:13:11.000Z');
  });

  it('know until when a leg talked: its latest end counts, whichever was told first', () => {
    const legEnds = [30, 50, 40].map((second) => event('leg.ended', second, { employee: PETROVA }));
    for (const events of [legEnds, [...legEnds].reverse()])
      expect(callOf(answered(), ...events).legs).toMatchObject([{ endedAt: instantAt(50) }]);
  });

  it('keep one recording per path: a changed signature is the same recording', () => {
    expect(callOf(recorded('https://m/r/1.mp3?sign=a'), recorded('https://m/r/1.mp3?sign=b')).recordings).toHaveLength(
      1,
    );
  });

  it('a redelivered first end does not overrule the correction that came in between', () => {
    const first = endedMissed();
    const correction = endedAnswered({ received_at: '2025-03-04T09:20:00.000Z' });
    const again = { ...first, received_at: '2025-03-04T09:30:00.000Z' };
    expect(callOf(first, correction, again).ended?.outcome).toBe('answered');
  });

  it('do not grow with the number of events: 10 000 events of one call with 200 legs', () => {
    const legs = Array.from({ length: 200 }, (_, index) => ({ pbx_id: `employee-${index}` }));
    const round = legs.flatMap((employee) => [
      event('leg.ringing', 2, { employee }),
      event('leg.ended', 20, { employee }),
    ]);
    const once = callOf(started(), ...round, endedMissed());
    const often = callOf(started(), ...Array.from({ length: 25 }, () => round).flat(), endedMissed());
    expect(often).toEqual(once);
    expect(often.legs).toHaveLength(200);
  });

  it('grew with every transfer of a PBX that repeats them with ids of its own, and took seconds: a hundred are kept, the same in any order', () => {
    const moves = Array.from({ length: 3_000 }, (_, n) =>
      event('call.transferred', n % 60, { to_employee: { pbx_id: String(n) }, linked_call_ids: [`leg-${String(n)}`] }),
    );
    const facts = callOf(started(), ...moves, endedAnswered());
    expect([facts.secondIds.length, facts.transferredTo.length]).toEqual([100, 100]);
    expect(callOf(started(), ...moves.reverse(), endedAnswered())).toEqual(facts);
  });

  it('keep a consultation apart from a talk with the client, until the client is connected (§4.5)', () => {
    const consultation = event('leg.answered', 30, { employee: SIDOROV, direction: 'internal' });
    const transfer = event('call.transferred', 40, { to_employee: SIDOROV });
    const talkers = (...events: readonly CallEvent[]) =>
      talkingLegs(callOf(...events)).map((leg) => leg.employee?.login);
    expect(callOf(started(), consultation).direction).toBe('in');
    expect(talkers(started(), answered(PETROVA), consultation)).toEqual(['petrova']);
    const connected = event('leg.answered', 35, { employee: SIDOROV });
    expect(talkers(started(), answered(PETROVA), consultation, connected)).toEqual(['petrova', 'sidorov']);
    expect(talkers(started(), answered(PETROVA), consultation, transfer)).toEqual(['petrova', 'sidorov']);
  });

  it('are the same when they come back from a store that orders keys in its own way', () => {
    const reordered = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reordered)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, part]) => [key, reordered(part)]),
            )
          : value;
    // The type is what went in; only the order of its keys changed.
    const stored = reordered(callOf(...history)) as CallFacts;
    expect(history.reduce<CallFacts>((facts, next) => evolve(facts, next), stored)).toEqual(callOf(...history));
  });
});
