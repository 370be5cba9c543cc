import { type PbxCallEvent } from '@perezvon/contracts';

/** One canonical event as a vendor's cabinet would push it; null = that vendor has no words for it. */
export type Telling = (event: PbxCallEvent) => Record<string, unknown> | null;

const UIS_EVENTS: Readonly<Record<PbxCallEvent['type'], string | null>> = {
  'call.started': 'call.started.in',
  'leg.ringing': 'leg.ringing',
  'leg.answered': 'leg.answered',
  'leg.ended': 'leg.ended',
  'call.transferred': null, // two talks after one another tell it (reference/pbx-events.md §4.2)
  'call.ended': 'call.ended',
  'call.record_ready': 'call.record_ready',
};

/** UIS «Контакт-платформа», with a constant `event` in the template (reference/pbx-events.md §2.1). */
export const inUis: Telling = (event) => {
  const isLost = event.type === 'call.ended' && event.outcome_detail === 'inferred';
  const name = isLost ? 'call.lost' : UIS_EVENTS[event.type];
  if (name === null) return null;
  const { employee, record } = event;
  return given({
    event: event.type === 'call.started' && event.direction === 'out' ? 'call.started.out' : name,
    call_session_id: event.call_id,
    notification_timestamp: event.occurred_at,
    direction: event.direction === 'internal' ? undefined : event.direction,
    is_internal: event.direction === 'internal' || event.outcome === 'internal',
    contact_phone_number: event.client.raw,
    virtual_phone_number: event.virtual_number?.raw,
    call_source: event.call_source,
    leg_id: event.leg_id,
    employee_id: employee?.pbx_id ?? employee?.login,
    extension_phone_number: employee?.ext,
    employee_full_name: employee?.name,
    finish_reason: event.outcome === 'rejected' ? 'numa_in_spam_list' : event.finish_reason,
    is_lost: event.outcome === 'missed' || event.outcome === 'not_reached',
    wait_time_duration: event.wait_sec,
    // Always measured by this PBX; where the call was told in the other dialect, which measures the whole of it, that stands in.
    talk_time_duration: event.talk_sec ?? (event.outcome === 'answered' ? event.total_sec : undefined),
    total_time_duration: event.total_sec,
    file_link: record?.url,
    call_record_id: record?.record_id,
    file_duration: record?.duration_sec,
  });
};

/** ITooLabs «ВАТС» (reference/pbx-events.md §1.2–1.4): it measures no talk, and a recording is a link of `history`. */
export const inItoolabs: Telling = (event) => {
  const { type, direction, client, employee } = event;
  const base = {
    callid: event.call_id,
    phone: client.raw ?? '',
    direction,
    diversion: event.virtual_number?.raw,
    user: employee?.login ?? employee?.pbx_id ?? event.group?.id?.replace(/^(?!g_)/, 'g_') ?? 'pbx',
    ext: employee?.ext,
  };
  switch (type) {
    case 'call.started':
      return direction === 'in' ? given({ ...base, cmd: 'contact' }) : null;
    case 'leg.ringing':
      return given({ ...base, cmd: 'event', type: direction === 'out' ? 'OUTGOING' : 'INCOMING' });
    case 'leg.answered':
      return given({ ...base, cmd: 'event', type: 'ACCEPTED' });
    case 'leg.ended':
      return given({ ...base, cmd: 'event', type: 'CANCELLED' });
    case 'call.transferred':
      return given({ ...base, cmd: 'event', type: 'TRANSFERRED', second_callid: event.linked_call_ids?.[0] });
    case 'call.ended':
      return given({
        ...base,
        cmd: 'history',
        type: direction === 'out' ? 'out' : 'in',
        status: statusOf(event),
        start: startOf(event),
        wait: event.wait_sec,
        duration: event.total_sec ?? 0,
      });
    case 'call.record_ready':
      return null;
  }
};

const STATUS_BY_DETAIL: Readonly<Record<string, string>> = {
  busy: 'Busy',
  cancelled: 'Cancel',
  not_allowed: 'NotAllowed',
  invalid_number: 'NotFound',
};

function statusOf({ outcome, outcome_detail: detail, talk_sec: talkSec, direction }: PbxCallEvent): string {
  if (outcome === 'answered' && talkSec !== 0) return 'Success';
  return direction === 'out' ? (STATUS_BY_DETAIL[detail ?? ''] ?? 'NotAvailable') : 'missed';
}

/** `YYYYmmddTHHMMSSZ`, UTC. */
function startOf({ occurred_at: at, total_sec: totalSec }: PbxCallEvent): string | undefined {
  if (at == null) return undefined;
  const start = new Date(Date.parse(at) - (totalSec ?? 0) * 1000).toISOString();
  return start.replace(/\.\d{3}/, '').replaceAll(/[-:]/g, '');
}

const given = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
