import { describe, expect, it } from '@jest/globals';
import { type PbxCallEvent } from '@perezvon/contracts';
import { outcomeOfRecord } from './record-outcome.js';

type Case = [title: string, end: Partial<PbxCallEvent>, outcome: string, detail: string | null, warning?: string];

const employee = { pbx_id: '7' };

const cases: Case[] = [
  ['talk with an employee', { talk_sec: 12, employee }, 'answered', null],
  ['talk with an outside number', { talk_sec: 12, target_number: { raw: '79035550101' } }, 'answered', null],
  ['talk with nobody named, a machine’s, was an answer', { talk_sec: 14, group: { id: 'g_7' } }, 'missed', null],
  ['talk with a machine, outgoing', { direction: 'out', talk_sec: 14, employee: null }, 'not_reached', null],
  [
    '«lost» after talk with a machine',
    { talk_sec: 14, outcome: 'missed', target_number: { raw: null } },
    'missed',
    null,
  ],
  [
    'talk with a machine while a phone rang',
    { talk_sec: 14, participants: [{ employee, rang: true }] },
    'missed',
    null,
  ],
  ['talk without a name that the PBX calls answered', { talk_sec: 14, outcome: 'answered' }, 'answered', null],
  [
    'talk that a participant had, how long unsaid',
    { talk_sec: 9, participants: [{ employee, talked: true }] },
    'answered',
    null,
  ],
  ['talk known from a participant only', { participants: [{ employee, talk_sec: 5 }] }, 'answered', null],
  ['outgoing talk', { direction: 'out', talk_sec: 1, employee }, 'answered', null],
  ['no talk', { talk_sec: 0 }, 'missed', null],
  ['no talk, outgoing', { direction: 'out', talk_sec: 0 }, 'not_reached', null],
  ['«received» with 0 s of talk', { talk_sec: 0, outcome: 'answered' }, 'missed', null, 'answered_without_talk'],
  ['«lost» with talk', { talk_sec: 9, outcome: 'missed', employee }, 'answered', null, 'lost_with_talk'],
  ['an answer whose talk was not measured', { outcome: 'answered', employee }, 'answered', null],
  [
    'an answer that the PBX inferred',
    { outcome: 'answered', employee, outcome_detail: 'inferred' },
    'answered',
    'inferred',
  ],
  ['an answer beside a detail of no answer', { talk_sec: 9, employee, outcome_detail: 'busy' }, 'answered', null],
  ['nothing known', {}, 'missed', null],
  ['the hint of a lost call', { outcome: 'missed', outcome_detail: 'inferred' }, 'missed', 'inferred'],
  ['internal', { direction: 'internal', talk_sec: 10 }, 'internal', null],
  ['spam', { finish_reason: 'numa_in_spam_list', talk_sec: 0 }, 'rejected', 'spam'],
  ['black list', { finish_reason: 'numa_in_black_list' }, 'rejected', 'spam'],
  ['do not disturb is nobody’s policy', { finish_reason: 'numa_dnd_interval', talk_sec: 0 }, 'missed', 'no_answer'],
  ['no money', { finish_reason: 'not_enough_money', talk_sec: 0 }, 'missed', 'technical'],
  ['no scenario', { finish_reason: 'no_active_scenario', talk_sec: 0 }, 'missed', 'no_employee'],
  ['too many calls', { finish_reason: 'too_many_identical_incoming_calls', talk_sec: 0 }, 'missed', 'technical'],
  ...(
    [
      ['numa_dnd_interval', 'no_answer'],
      ['not_enough_money', 'technical'],
      ['no_active_scenario', 'no_employee'],
      ['numb_is_inactive', 'no_employee'],
      ['too_many_identical_incoming_calls', 'technical'],
    ] as const
  ).map(([finish_reason, detail]): Case => [
    `«rejected» for ${finish_reason} was ignored as spam`,
    { outcome: 'rejected', finish_reason, talk_sec: 0 },
    'missed',
    detail,
  ]),
  ['«rejected» for no reason', { outcome: 'rejected', talk_sec: 0 }, 'rejected', 'spam'],
  [
    '«rejected» for a reason that the PBX gives itself',
    { outcome: 'rejected', outcome_detail: 'technical' },
    'rejected',
    'technical',
  ],
  ['nobody picked up', { finish_reason: 'operator_not_responsible', talk_sec: 0 }, 'missed', 'no_answer'],
  ['employee’s status', { finish_reason: 'employee_status_away', talk_sec: 0 }, 'missed', 'no_employee'],
  ['busy', { finish_reason: 'employee_busy', talk_sec: 0 }, 'missed', 'busy'],
  ['caller left', { finish_reason: 'subscriber_disconnects', talk_sec: 0 }, 'missed', 'cancelled'],
  ['client busy', { direction: 'out', finish_reason: 'subscriber_busy', talk_sec: 0 }, 'not_reached', 'busy'],
  [
    'client does not answer',
    { direction: 'out', finish_reason: 'subscriber_not_responsible', talk_sec: 0 },
    'not_reached',
    'no_answer',
  ],
  [
    'no such number',
    { direction: 'out', finish_reason: 'subscriber_number_problems', talk_sec: 0 },
    'not_reached',
    'invalid_number',
  ],
  ['a PBX that knows better', { direction: 'out', outcome_detail: 'not_allowed' }, 'not_reached', 'not_allowed'],
  ['a leg’s reason on a session', { finish_reason: 'another_operator_answer', talk_sec: 0 }, 'missed', null],
  ['unknown direction', { direction: 'unknown', talk_sec: 0 }, 'unknown', null],
];

describe('outcomeOfRecord', () => {
  it.each(cases.map((row) => ({ title: row[0], row })))('$title', ({ row }) => {
    const [, end, outcome, detail, warning] = row;
    const record: PbxCallEvent = {
      schema_version: 1,
      account_id: 'a',
      source: 'uis',
      type: 'call.ended',
      call_id: '1',
      direction: 'in',
      client: { raw: '79161234567' },
      ...end,
    };
    expect(outcomeOfRecord(record)).toEqual({ outcome, detail, ...(warning !== undefined && { warning }) });
  });
});
