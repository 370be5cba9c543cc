import { describe, expect, it } from '@jest/globals';
import type { CallEvent } from '@perezvon/contracts';
import {
  answered,
  DEFAULT_INCOMING,
  endedAnswered,
  endedMissed,
  event,
  outgoing,
  PETROVA,
  PETROVA_IN_CRM,
  recorded,
  ringing,
  settingsWith,
  SIDOROV,
  started,
  withDeal,
  withUnsorted,
} from './testing/given.js';
import { effects, intent, on, plan } from './testing/planned.js';

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

  it('takes the longest of several recordings, and the full one though a later delivery does not say that it is', () => {
    const told = (name: string, duration_sec: number | null, full?: boolean) =>
      recorded(`https://m/${name}.mp3`, { record: { url: `https://m/${name}.mp3`, duration_sec, full } });
    expect(note(endedAnswered(), told('a', 10), told('b', 60), told('c', 20))).toMatchObject({
      recordUrl: 'https://m/b.mp3',
    });
    expect(note(endedAnswered(), told('a', 10, true), told('b', 60), told('a', 10))).toMatchObject({
      recordUrl: 'https://m/a.mp3',
    });
    expect(note(endedAnswered(), told('a', 10), told('b', 60), told('a', 90))).toMatchObject({
      recordUrl: 'https://m/a.mp3',
    });
  });

  it('takes the full recording, else the longest', () => {
    const parts = [
      recorded('https://m/a.mp3', { record: { url: 'https://m/a.mp3', duration_sec: 90 } }),
      recorded('https://m/b.mp3', { record: { url: 'https://m/b.mp3', duration_sec: 20, full: true } }),
    ];
    expect(note(endedAnswered(), ...parts.slice(0, 1))).toMatchObject({ recordUrl: 'https://m/a.mp3' });
    expect(note(endedAnswered(), ...parts)).toMatchObject({ recordUrl: 'https://m/b.mp3' });
  });

  it('has no negative duration where a PBX counts the waiting beside the total', () => {
    const ended = endedAnswered({ talk_sec: null, total_sec: 30, wait_sec: 40 });
    expect(note(ended)).toMatchObject({ durationSec: 0 });
  });

  it('that was promised is brought to the latest state while an unsorted record waits for its recording (R9)', () => {
    const waits = settingsWith({ cells: { answeredUnknown: withUnsorted } });
    const justEnded = { heardAt: endedAnswered().received_at, now: endedAnswered().received_at };
    expect(effects([endedAnswered()], waits, justEnded)).toEqual([]);
    expect(effects([endedAnswered()], waits, { ...justEnded, promised: new Set(['note']) })).toEqual(['note']);
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

  it('was written at once, without the recording, where the PBX’s clock was three hours behind', () => {
    const behind = endedAnswered({ occurred_at: '2025-03-04T06:13:11.000Z', received_at: ended });
    expect(plan([behind], settings, { now: ended }).wakeAt).toBe('2025-03-04T09:14:11.000Z');
  });

  it('or until the recording is there', () => {
    const made = intent('unsorted', [endedAnswered(), recorded()], settings, { now: ended });
    expect(made).toMatchObject({ recordUrl: 'https://media.cp.megafon.ru/r/1.mp3?sign=a', durationSec: 60 });
  });

  it('and is written without one when the time is over', () => {
    expect(effects([endedAnswered()], settings, { now: '2025-03-04T09:14:11.000Z' })).toEqual(['unsorted', 'note']);
  });
});

it.each([
  ['busy', 7],
  ['invalid_number', 5],
  ['no_answer', 6],
] as const)(
  'the note of an outgoing call that came to %s has amoCRM’s call status %i (R9)',
  (outcome_detail, callStatus) => {
    const end = endedMissed({ ...outgoing, outcome: 'not_reached', outcome_detail });
    expect(intent('note', [end], settingsWith({}), { clientKnown: true })).toMatchObject({ callStatus });
  },
);
