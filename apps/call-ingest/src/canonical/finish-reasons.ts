/**
 * What a session's `finish_reason` says about a call without talk (reference/pbx-events.md §2.4, read through rules.md
 * R4: only spam and the black list are a policy against the caller).
 */
export type ReasonGroup =
  | 'spam'
  | 'busy'
  | 'nobody'
  | 'no_employee'
  | 'client_unreachable'
  | 'bad_number'
  | 'forbidden'
  | 'technical'
  | 'abandoned'
  | 'hung_up'
  | 'unknown';

const groupOf: ReadonlyMap<string, ReasonGroup> = new Map([
  ['numa_in_black_list', 'spam'],
  ['numa_in_spam_list', 'spam'],

  ['operator_busy', 'busy'],
  ['employee_busy', 'busy'],
  ['subscriber_busy', 'busy'],
  ['operator_channels_busy', 'busy'],
  ['max_in_call_reached', 'busy'],

  ['no_success_operator_call', 'nobody'],
  ['operator_not_responsible', 'nobody'],
  ['timeout', 'nobody'],
  ['action_interval_exceeded', 'nobody'],
  ['numa_dnd_interval', 'nobody'],

  ['no_operator_cdr_found', 'no_employee'],
  ['group_inactive_by_schedule', 'no_employee'],
  ['sip_offline', 'no_employee'],
  ['numb_is_inactive', 'no_employee'],
  ['no_active_scenario', 'no_employee'],

  ['no_success_subscriber_call', 'client_unreachable'],
  ['subscriber_not_responsible', 'client_unreachable'],
  ['subscriber_number_problems', 'bad_number'],
  ['internal_call_not_allowed', 'forbidden'],

  ['not_enough_money', 'technical'],
  ['too_many_identical_incoming_calls', 'technical'],

  ['disconnect_before_call_processing', 'abandoned'],

  ['subscriber_disconnects', 'hung_up'],
  ['operator_disconnects', 'hung_up'],
  ['success_finish', 'hung_up'],
  ['operator_answer', 'hung_up'],
] as const);

/** Families whose members differ only in their ending. */
const families: readonly (readonly [prefix: string, group: ReasonGroup])[] = [
  ['employee_inactive', 'no_employee'],
  ['employee_status_', 'no_employee'],
];

/** Reasons of a single leg (`another_operator_answer`, `transfer_disconnects` …) say nothing about a session: unknown. */
export function reasonGroup(reason: string | null | undefined): ReasonGroup {
  if (reason == null) return 'unknown';
  const known = groupOf.get(reason);
  if (known !== undefined) return known;
  return families.find(([prefix]) => reason.startsWith(prefix))?.[1] ?? 'unknown';
}
