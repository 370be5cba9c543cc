import { describe, expect, it } from '@jest/globals';
import { callIdOf } from '@perezvon/calls';
import fc from 'fast-check';
import {
  decisionTold,
  eventTold,
  type JournalCall,
  journalStateOf,
  newJournalCall,
  resultTold,
  routeTold,
  startOf,
  stateTold,
  type Telling,
} from './journal-call.js';
import { decision, event, result, route, state } from '../testing/told-of-a-call.js';

const callId = callIdOf(event('call.started', 0), event('call.started', 0).call_id);

/** The minute in which the call began. */
const soon = '2025-03-04T09:12:30.000Z';

function told(...tellings: readonly Telling[]): JournalCall {
  return tellings
    .filter((each) => each.callId === callId)
    .reduce((call, { merge }) => merge(call), newJournalCall('acc-17', callId));
}

const everything: readonly Telling[] = [
  ...eventTold(event('call.started', 0)),
  ...eventTold(event('leg.answered', 11, { employee: { ext: '102', name: 'Петрова' } })),
  ...eventTold(event('call.ended', 71, { outcome: 'answered', talk_sec: 60 })),
  stateTold(state('talking', 11)),
  stateTold(state('decided', 71)),
  routeTold(route(1)),
  decisionTold(decision('answer', 11, ['contact'])),
  decisionTold(decision('end', 71, ['note'])),
  resultTold(result('contact', 'waiting', 12)),
  resultTold(result('contact', 'done', 13)),
  resultTold(result('note', 'done', 72)),
  resultTold({ ...result('note', 'done', 90), revision: 2 }),
];

describe('the journal of a call', () => {
  it('is the same in whatever order, and however often, its messages arrive', () => {
    const expected = told(...everything);
    const orders = fc.shuffledSubarray([...everything, ...everything], { minLength: everything.length * 2 });
    fc.assert(
      fc.property(orders, (order) => {
        expect(told(...order)).toEqual(expected);
      }),
      { seed: 7, numRuns: 200 },
    );
    expect(journalStateOf(expected, soon)).toBe('done');
  });

  it.each<[string, readonly Telling[], string]>([
    ['rings', eventTold(event('call.started', 0)), 'in_progress'],
    ['waits for its client', [stateTold(state('awaiting_client', 1))], 'waiting'],
    ['was decided to make something', [decisionTold(decision('end', 71, ['note']))], 'waiting'],
    ['made it', [decisionTold(decision('end', 71, ['note'])), resultTold(result('note', 'done', 72))], 'done'],
    ['could not make it', [resultTold(result('deal', 'parked', 72)), resultTold(result('note', 'done', 72))], 'parked'],
    ['needs nothing', [decisionTold(decision('end', 71, [])), stateTold(state('decided', 71))], 'ignored'],
    [
      'went on after amoCRM was asked for its client, and needs nothing',
      [stateTold(state('awaiting_client', 1)), stateTold(state('ringing', 2)), decisionTold(decision('end', 30, []))],
      'ignored',
    ],
    [
      'was answered and goes on',
      [stateTold(state('talking', 2)), decisionTold(decision('answer', 3, [])), ...eventTold(event('leg.answered', 3))],
      'in_progress',
    ],
    ['is another call', [stateTold(state('joined', 71))], 'joined'],
    ['is known from a question only', [routeTold(route(1))], 'joined'],
  ])('that %s says so', (_what, tellings, expected) => {
    expect(journalStateOf(told(...tellings), soon)).toBe(expected);
  });

  it('stayed «Идёт» for ever when the integration was switched off while it rang: it was ignored then', () => {
    const because = [{ ruleId: 'R11', code: 'integration_inactive' }];
    const call = told(
      ...eventTold(event('call.started', 0)),
      stateTold(state('awaiting_client', 1)),
      stateTold(state('ringing', 2)),
      decisionTold(decision('answer', 11, [], { outcome: null, cell: null, reasons: because })),
    );
    expect(journalStateOf(call, soon)).toBe('ignored');
  });

  it.each<[string, readonly Telling[]]>([
    ['began', eventTold(event('call.started', 0))],
    ['was being talked', [...eventTold(event('leg.answered', 0)), stateTold(state('talking', 0))]],
    [
      'was answered, and nothing was made of it',
      [decisionTold(decision('answer', 0, [])), stateTold(state('talking', 0))],
    ],
  ])('stayed «Идёт» for ever when nothing came after it %s: a day later nobody knows its end', (_what, tellings) => {
    const hoursLater = (hours: number): string => new Date(Date.parse(soon) + hours * 3_600_000).toISOString();
    expect(journalStateOf(told(...tellings), hoursLater(24))).toBe('in_progress');
    expect(journalStateOf(told(...tellings), hoursLater(26))).toBe('end_unknown');
  });

  it('begins with the call, also when the decision arrived first', () => {
    expect(startOf(told(decisionTold(decision('end', 71, []))))).toBe('2025-03-04T09:13:11.000Z');
    expect(startOf(told(...everything))).toBe('2025-03-04T09:12:00.000Z');
  });

  it('knows the other ids of the call, from either side', () => {
    const [own, other] = eventTold(event('call.transferred', 20, { linked_call_ids: ['other', '1002003004'] }));
    expect(own?.merge(newJournalCall('acc-17', callId)).linked).toEqual([other?.callId]);
    expect(other?.merge(newJournalCall('acc-17', other.callId)).linked).toEqual([callId]);
  });
});
