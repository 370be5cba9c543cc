import { type PbxCallEvent } from '@perezvon/contracts';
import { type Fields } from '../adapters/json-object.js';
import { type Cabinet, type PushAdapter, type Translated } from '../adapters/push-adapter.js';
import { bounded, isRecordUrl, withoutSecrets } from '../adapters/raw-values.js';
import { rejection } from '../canonical/rejection.js';
import { turnedCallBack } from './call-back.js';
import { employeeId, NOBODY } from './employee-id.js';
import { readNotification } from './notification-body.js';
import { NotificationFields } from './notification-fields.js';
import { type NotificationKind, notificationKind } from './notification-kinds.js';
import { notificationTime } from './notification-time.js';
import { isOutsideNumber } from './outside-number.js';

/** UIS «Контакт-платформа» (reference/pbx-events.md §2.1). */
export const uisPush: PushAdapter = {
  translate(request, cabinet) {
    const fields = readNotification(request);
    if (fields !== null) return translateNotification(fields, cabinet);
    const message = 'The notification is neither a JSON object nor a form: check the body template in the cabinet.';
    return { rejected: rejection('untranslatable', message, { accountId: cabinet.accountId }) };
  },
};

/**
 * One UIS «Контакт-платформа» notification in the words of the canonical event (reference/pbx-events.md §2.1, §4.2).
 *
 * `communication_id` is not passed on as another id of the call: the session id stands in every notification, and a
 * number from another sequence could meet a foreign session's id.
 */
export function translateNotification(raw: Fields, cabinet: Cabinet): Translated {
  const fields = new NotificationFields(raw, cabinet.fieldMap);
  const untranslatable = (message: string): Translated => ({
    rejected: rejection('untranslatable', message, { accountId: cabinet.accountId }),
  });

  const kind = notificationKind(fields);
  if (kind === null) {
    return untranslatable(
      'The notification does not say what happened: put {{notification_mnemonic}} into its template, or a constant ' +
        'field "event" such as "call.ended" (the list is in the README of call-ingest).',
    );
  }
  const callId = fields.text('call_session_id', 'session_id');
  if (callId === null || callId.length > 200) {
    return untranslatable('call_session_id is missing: put {{call_session_id}} into the notification template.');
  }
  const record = kind.type === 'call.record_ready' ? recordOf(fields) : null;
  if (kind.type === 'call.record_ready' && record === null) {
    return untranslatable('The recording has no link: put {{file_link}} (an http or https URL) into the template.');
  }

  const warnings: string[] = [];
  const parties = partiesOf(fields, kind);
  const time = timeOf(fields, cabinet.timeZone, kind, warnings);
  const event: PbxCallEvent = {
    schema_version: 1,
    account_id: cabinet.accountId,
    source: 'uis',
    source_instance: cabinet.instance,
    type: kind.type,
    call_id: callId,
    ...time,
    ...parties,
    ...legOf(fields, kind, parties.direction),
    scenario: bounded(fields.text('scenario_name', 'scenario_id'), 500),
    call_source: bounded(fields.text('call_source'), 500),
    external_id: bounded(fields.text('external_id'), 500),
    finish_reason: bounded(fields.text('finish_reason', 'lost_reason'), 500),
    is_transfer: fields.flag('is_transfer'),
    ...(kind.type === 'call.ended' && endOf(fields, kind, parties.direction, totalOf(fields, cabinet.timeZone, time))),
    ...(record !== null && { record }),
    origin: 'push',
    raw: withoutSecrets(raw),
  };
  if (fields.sawPlaceholder) warnings.push('template_placeholder');
  return { events: [event], warnings };
}

function timeOf(
  fields: NotificationFields,
  timeZone: string,
  kind: NotificationKind,
  warnings: string[],
): Pick<PbxCallEvent, 'occurred_at' | 'occurred_at_quality'> {
  const given = fields.text('notification_timestamp', 'notification_time');
  if (given !== null) {
    const time = notificationTime(given, timeZone);
    if (time !== null) return { occurred_at: time.at, occurred_at_quality: time.quality };
    warnings.push('unreadable_time');
  }
  // Start and duration come from one clock, the PBX's, so their sum is the end (§4.8).
  const start = notificationTime(fields.text('start_time') ?? '', timeZone);
  const sinceStartSec = kind.type === 'call.started' ? 0 : fields.seconds('total_time_duration');
  if (start === null || sinceStartSec === null) return { occurred_at: null, occurred_at_quality: 'received' };
  const at = new Date(Date.parse(start.at) + sinceStartSec * 1000).toISOString();
  return { occurred_at: at, occurred_at_quality: start.quality };
}

/** Who talks with whom, and who called whom. */
function partiesOf(
  fields: NotificationFields,
  kind: NotificationKind,
): Pick<PbxCallEvent, 'direction' | 'client' | 'virtual_number'> {
  const reported = directionOf(fields, kind);
  const calling = fields.text('calling_phone_number', 'numa');
  const called = fields.text('called_phone_number', 'numb');
  const outgoing = reported === 'out';
  const client = fields.text('contact_phone_number') ?? (outgoing ? called : calling);
  const virtual = fields.text('virtual_phone_number') ?? (outgoing ? calling : called);
  return {
    direction: turnedCallBack(reported, fields.text('call_source')),
    client: { raw: bounded(client, 200) },
    virtual_number: virtual === null ? null : { raw: bounded(virtual, 200) },
  };
}

function directionOf(fields: NotificationFields, kind: NotificationKind): PbxCallEvent['direction'] {
  if (fields.flag('is_internal') === true) return 'internal';
  const given = fields.text('direction')?.toLowerCase();
  if (given === 'in' || given === 'out' || given === 'internal') return given;
  return kind.direction ?? 'unknown';
}

/** Whose phone it is about; of «Исходящий звонок» who called. */
function legOf(
  fields: NotificationFields,
  kind: NotificationKind,
  direction: PbxCallEvent['direction'],
): Pick<PbxCallEvent, 'leg_id' | 'employee' | 'target_number'> {
  const employee = employeeOf(fields);
  if (kind.type === 'call.started' && kind.direction === 'out') return { employee };
  if (!kind.type.startsWith('leg.')) return {};
  // «Начало разговора» is client and somebody connected: who is no employee is an outside number, unless told to be nobody.
  const outside = direction === 'out' ? null : forwardedTo(fields);
  const isNobody = fields.text('employee_id') === NOBODY && outside === null;
  const isOutside = kind.type === 'leg.answered' && employee === null && !isNobody;
  return {
    leg_id: bounded(fields.text('leg_id'), 200),
    employee,
    ...(isOutside && { target_number: { raw: outside } }),
  };
}

/** The outside number that an incoming call went on to. */
function forwardedTo(fields: NotificationFields): string | null {
  const called = fields.text('called_phone_number', 'numb');
  const own = { virtual: fields.text('virtual_phone_number'), client: fields.text('contact_phone_number') };
  return called !== null && isOutsideNumber(called, own) ? bounded(called, 200) : null;
}

type Employee = NonNullable<PbxCallEvent['employee']>;

function employeeOf(fields: NotificationFields): Employee | null {
  const employee = {
    pbx_id: bounded(employeeId(fields.text('employee_id')), 200),
    ext: bounded(fields.text('extension_phone_number'), 50),
    phone: bounded(fields.text('employee_phone_number'), 50),
    name: bounded(fields.text('employee_full_name'), 500),
  };
  return Object.values(employee).some((value) => value !== null) ? employee : null;
}

type Durations = Pick<PbxCallEvent, 'wait_sec' | 'talk_sec' | 'total_sec'>;
type People = Pick<PbxCallEvent, 'employee' | 'last_talked_employee' | 'participants' | 'target_number'>;
type End = Durations & People & Pick<PbxCallEvent, 'outcome' | 'outcome_detail'>;

/**
 * How long the call took, from which its start follows (R9). A template may lack it: then from the start to the end, both
 * by the PBX's clock, else what it is made of.
 */
function totalOf(
  fields: NotificationFields,
  timeZone: string,
  { occurred_at: end }: Pick<PbxCallEvent, 'occurred_at'>,
): number | null {
  const told = fields.seconds('total_time_duration');
  if (told !== null) return told;
  const start = notificationTime(fields.text('start_time') ?? '', timeZone);
  if (start !== null && end != null && start.at <= end) {
    return Math.round((Date.parse(end) - Date.parse(start.at)) / 1000);
  }
  const [wait, talk] = [fields.seconds('wait_time_duration'), fields.seconds('talk_time_duration')];
  return wait === null || talk === null ? null : wait + talk;
}

function endOf(
  fields: NotificationFields,
  kind: NotificationKind,
  direction: PbxCallEvent['direction'],
  totalSec: number | null,
): End {
  const durations = {
    wait_sec: fields.seconds('wait_time_duration'),
    talk_sec: fields.seconds('talk_time_duration'),
    total_sec: totalSec,
  };
  if (kind.isLostHint === true) return { ...durations, outcome: 'missed', outcome_detail: 'inferred', ...rang(fields) };
  return {
    ...durations,
    ...lostFlag(fields, direction),
    ...whoTalked(fields, direction, durations.talk_sec),
  };
}

function lostFlag(fields: NotificationFields, direction: PbxCallEvent['direction']): Pick<End, 'outcome'> {
  if (fields.flag('is_lost') !== true) return {};
  return { outcome: direction === 'out' ? 'not_reached' : 'missed' };
}

/**
 * The employee of an end record is the last who talked (§4.5). Of a missed incoming call nobody is: whoever is named
 * only rang. Of an outgoing one it is who called, reached or not.
 */
function whoTalked(fields: NotificationFields, direction: PbxCallEvent['direction'], talkSec: number | null): People {
  const named = employeeOf(fields);
  const lastTalkedId = employeeId(fields.text('last_talked_employee_id'));
  if (talkSec === 0 && direction !== 'out') {
    return named === null
      ? { employee: null }
      : { employee: null, participants: [{ employee: named, rang: true, answered: false, talked: false }] };
  }
  if (lastTalkedId === null) {
    const outside = named === null && direction === 'in' ? forwardedTo(fields) : null;
    return { employee: named, ...(outside !== null && { target_number: { raw: outside } }) };
  }
  const last = lastTalkedId === named?.pbx_id ? named : { pbx_id: bounded(lastTalkedId, 200) };
  return { employee: last, ...(talkSec !== 0 && { last_talked_employee: last }) };
}

function rang(fields: NotificationFields): Pick<End, 'participants'> {
  const ids = fields
    .list('employee_ids')
    .filter((id) => id !== NOBODY)
    .slice(0, 500);
  if (ids.length === 0) return {};
  return {
    participants: ids.map((id) => ({
      employee: { pbx_id: id.slice(0, 200) },
      rang: true,
      answered: false,
      talked: false,
    })),
  };
}

function recordOf(fields: NotificationFields): NonNullable<PbxCallEvent['record']> | null {
  const full = fields.text('full_record_file_link');
  const url = full ?? fields.text('file_link', 'record_link');
  if (url === null || !isRecordUrl(url)) return null;
  return {
    record_id: bounded(fields.text('call_record_id', 'record_id'), 200),
    url,
    duration_sec: fields.seconds('file_duration', 'call_record_duration'),
    ...(full !== null && { full: true }),
  };
}
