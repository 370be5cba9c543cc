import { type PbxCallEvent, problemsOf } from '@perezvon/contracts';
import { z } from 'zod';
import { type Cabinet } from '../adapters/push-adapter.js';
import { bounded, isRecordUrl } from '../adapters/raw-values.js';
import { reasonGroup } from '../canonical/finish-reasons.js';
import { type PulledCall } from '../pull/pull-adapter.js';
import { unreadableRow } from '../pull/unreadable-row.js';
import { turnedCallBack } from './call-back.js';
import { employeeId } from './employee-id.js';
import { bareText, flagIn, secondsIn } from './field-values.js';
import { notificationTime, type PbxTime } from './notification-time.js';
import { isOutsideNumber } from './outside-number.js';

/** A value in whatever form it comes, read as what it is; what it cannot be is a problem of the row. */
const readAs = <T>(read: (text: string) => T | null, problem: string) =>
  z
    .union([z.string(), z.number(), z.boolean()])
    .nullish()
    .transform((value, context) => {
      const text = bareText(value);
      if (text === null) return null;
      const known = read(text);
      if (known === null) context.addIssue({ code: 'custom', message: problem });
      return known;
    });
const text = readAs((value) => value, 'must be text');
const seconds = readAs(secondsIn, 'must be a duration');
const flag = readAs(flagIn, 'must be true or false');

/** One session of `get.calls_report` (reference/pbx-events.md §2.2). */
const session = z.object({
  id: text.refine((id) => id !== null, 'is required'),
  start_time: text,
  finish_time: text,
  direction: text,
  source: text,
  is_lost: flag,
  is_transfer: flag,
  finish_reason: text,
  wait_duration: seconds,
  talk_duration: seconds,
  total_duration: seconds,
  contact_phone_number: text,
  virtual_phone_number: text,
  /** Whose phone talked with the client: an employee's, or the outside number that the call was forwarded to. */
  operator_phone_number: text,
  first_talked_employee_id: text,
  last_talked_employee_id: text,
  employees: z.array(z.object({ employee_id: text, is_answered: flag, is_talked: flag })).nullish(),
  full_record_file_link: text,
  call_api_external_id: text,
});
type Session = z.infer<typeof session>;

/** What a report is asked for. */
export const SESSION_FIELDS = Object.keys(session.shape);

/** Null = still going on. */
export function readSession(row: unknown, cabinet: Cabinet): PulledCall | null {
  const read = session.safeParse(row);
  const finish = finishOf(row);
  if (finish === null && read.success) return null;
  const finishedAt = finish === null ? null : notificationTime(finish, cabinet.timeZone);
  const finishedAtMs = finishedAt === null ? null : Date.parse(finishedAt.at);
  if (!read.success) return unreadableRow(row, finishedAtMs, problemsOf(read.error), cabinet);
  if (finishedAt === null)
    return unreadableRow(row, null, [{ path: 'finish_time', message: 'must be a time' }], cabinet);
  const end = endOf(read.data, cabinet, finishedAt);
  const link = read.data.full_record_file_link;
  const record = link !== null && isRecordUrl(link) ? [recordOf(end, link)] : [];
  return { row, finishedAtMs, translated: { events: [end, ...record], warnings: [] } };
}

/** Also of a row that cannot be read otherwise: it tells when the row need not come again. */
const finishOf = (row: unknown): string | null =>
  typeof row === 'object' && row !== null && 'finish_time' in row ? bareText(row.finish_time) : null;

function endOf(row: Session, cabinet: Cabinet, finishedAt: PbxTime): PbxCallEvent {
  const direction = turnedCallBack(reportedDirection(row), row.source ?? null);
  const talk = talkOf(row, direction);
  const hasTalked = talk !== 'none' && talk !== 'untold';
  const last = hasTalked ? employeeOf(row.last_talked_employee_id) : null;
  return {
    schema_version: 1,
    account_id: cabinet.accountId,
    source: 'uis',
    source_instance: cabinet.instance,
    type: 'call.ended',
    call_id: row.id ?? '',
    occurred_at: finishedAt.at,
    occurred_at_quality: finishedAt.quality,
    direction,
    client: { raw: bounded(row.contact_phone_number ?? null, 200) },
    virtual_number: row.virtual_phone_number == null ? null : { raw: bounded(row.virtual_phone_number, 200) },
    employee: hasTalked || direction !== 'out' ? last : callerOf(row),
    first_talked_employee: hasTalked ? employeeOf(row.first_talked_employee_id) : null,
    last_talked_employee: last,
    ...(talk === 'outside' && { target_number: { raw: bounded(row.operator_phone_number ?? null, 200) } }),
    participants: row.employees?.slice(0, 500).flatMap(({ employee_id, is_answered, is_talked }) => {
      const employee = employeeOf(employee_id);
      return employee ? [{ employee, rang: true, answered: is_answered ?? null, talked: is_talked ?? null }] : [];
    }),
    wait_sec: row.wait_duration,
    talk_sec: row.talk_duration,
    total_sec: row.total_duration,
    is_transfer: row.is_transfer,
    call_source: bounded(row.source ?? null, 500),
    external_id: bounded(row.call_api_external_id ?? null, 500),
    finish_reason: bounded(row.finish_reason ?? null, 500),
    ...outcomeOf(row, direction, talk),
  };
}

type Talk =
  /** Measured, or an employee is said to have had it. */
  | 'employee'
  /** With the number that the call was forwarded to. */
  | 'outside'
  | 'none'
  /** There may have been one, with whomever: voice mail and an outside number look alike. */
  | 'untold';

function talkOf(row: Session, direction: PbxCallEvent['direction']): Talk {
  const { talk_duration: talkSec, operator_phone_number: operator, finish_reason: reason } = row;
  if (talkSec === 0) return 'none';
  if (
    employeeOf(row.last_talked_employee_id) !== null ||
    row.employees?.some((one) => one.is_talked === true && employeeOf(one.employee_id))
  ) {
    return 'employee';
  }
  const own = { virtual: row.virtual_phone_number ?? null, client: row.contact_phone_number ?? null };
  if (direction === 'in' && talkSec != null && operator != null && isOutsideNumber(operator, own)) return 'outside';
  const isToldByReason = talkSec == null && !['unknown', 'hung_up'].includes(reasonGroup(reason));
  return row.is_lost === true || isToldByReason ? 'none' : 'untold';
}

/** A row that does not tell whether anybody talked overrules no push that did: it is a hint, as «Потерянный звонок» (R4). */
function outcomeOf(
  row: Session,
  direction: PbxCallEvent['direction'],
  talk: Talk,
): Pick<PbxCallEvent, 'outcome' | 'outcome_detail'> {
  if (row.is_lost === true) return { outcome: direction === 'out' ? 'not_reached' : 'missed' };
  if (talk === 'untold') return { outcome_detail: 'inferred' };
  return talk === 'employee' && row.talk_duration == null ? { outcome: 'answered' } : {};
}

function employeeOf(told: string | null | undefined): { pbx_id: string } | null {
  const id = employeeId(told);
  return id === null ? null : { pbx_id: id };
}

/** Who placed a call that nobody took, if the list names but one. */
function callerOf({ employees }: Session): { pbx_id: string } | null {
  return employees?.length === 1 ? employeeOf(employees[0]?.employee_id) : null;
}

function reportedDirection({ direction }: Session): PbxCallEvent['direction'] {
  return direction === 'in' || direction === 'out' ? direction : 'unknown';
}

function recordOf(end: PbxCallEvent, url: string): PbxCallEvent {
  const { schema_version, account_id, source, source_instance, call_id, direction, client, virtual_number } = end;
  const call = { schema_version, account_id, source, source_instance, call_id, direction, client, virtual_number };
  return { ...call, occurred_at: end.occurred_at, type: 'call.record_ready', record: { url, full: true } };
}
