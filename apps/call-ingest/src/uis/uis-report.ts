import { type PbxCallEvent } from '@perezvon/contracts';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { type Cabinet } from '../adapters/push-adapter.js';
import { bounded, isRecordUrl } from '../adapters/raw-values.js';
import { type PullAdapter, type PulledCall, type PullWindow } from '../pull/pull-adapter.js';
import { PullError, type VendorApi } from '../pull/vendor-api.js';
import { turnedCallBack } from './call-back.js';
import { notificationTime } from './notification-time.js';

const PAGE = 1_000;

const id = z.union([z.string().min(1), z.number().transform(String)]);
const text = z.string().nullish();
const seconds = z.number().int().min(0).nullish();

/** One session of `get.calls_report` (reference/pbx-events.md §2.2). */
const session = z.object({
  id,
  start_time: text,
  finish_time: z.string(),
  direction: text,
  source: text,
  is_lost: z.boolean().nullish(),
  is_transfer: z.boolean().nullish(),
  finish_reason: text,
  wait_duration: seconds,
  talk_duration: seconds,
  total_duration: seconds,
  contact_phone_number: text,
  virtual_phone_number: text,
  first_talked_employee_id: id.nullish(),
  last_talked_employee_id: id.nullish(),
  employees: z
    .array(z.object({ employee_id: id, is_answered: z.boolean().nullish(), is_talked: z.boolean().nullish() }))
    .nullish(),
  full_record_file_link: text,
  call_api_external_id: text,
});
type Session = z.infer<typeof session>;

const answer = z.object({ result: z.object({ data: z.array(z.unknown()) }) });
const failure = z.object({
  error: z.object({ code: z.number(), data: z.object({ mnemonic: z.string() }).optional() }),
});

/** UIS «Контакт-платформа», Data API: one row per session, times in the cabinet's zone. */
export const uisReport: PullAdapter = {
  vendorDomains: ['uiscom.ru', 'comagic.ru', 'callgear.com', 'novofon.ru', 'cp.megafon.ru'],

  async finishedCalls(api, window, cabinet) {
    const calls: PulledCall[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const rows = await page(api, window, cabinet, offset);
      calls.push(...rows.flatMap((row) => pulled(row, cabinet) ?? []));
      if (rows.length < PAGE) return calls;
    }
  },
};

async function page(api: VendorApi, window: PullWindow, cabinet: Cabinet, offset: number): Promise<unknown[]> {
  const request = {
    jsonrpc: '2.0',
    id: offset,
    method: 'get.calls_report',
    params: {
      access_token: api.token,
      date_from: localTime(window.fromMs, cabinet),
      date_till: localTime(window.toMs, cabinet),
      limit: PAGE,
      offset,
      sort: [{ field: 'id', order: 'asc' }],
      fields: Object.keys(session.shape),
    },
  };
  const told = await api.ask('/v2.0', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  const read = answer.safeParse(told);
  if (read.success) return read.data.result.data;
  const refused = failure.safeParse(told);
  if (!refused.success) throw new PullError('unreadable', 'the answer is not a report');
  const { code, data } = refused.data.error;
  throw new PullError('refused', `the report was refused: ${data?.mnemonic ?? code}`);
}

/** Null = still going on, or not a session. */
function pulled(given: unknown, cabinet: Cabinet): PulledCall | null {
  const read = session.safeParse(given);
  if (!read.success) return null;
  const finishedAt = notificationTime(read.data.finish_time, cabinet.timeZone);
  if (finishedAt === null) return null;
  const end = endOf(read.data, cabinet, finishedAt);
  const link = read.data.full_record_file_link;
  const record = link != null && isRecordUrl(link) ? [recordOf(end, link)] : [];
  return {
    callId: read.data.id,
    finishedAtMs: Date.parse(finishedAt.at),
    translated: { events: [end, ...record], warnings: [] },
  };
}

function endOf(
  row: Session,
  cabinet: Cabinet,
  finishedAt: { at: string; quality: 'pbx_utc' | 'pbx_local' | 'received' },
): PbxCallEvent {
  const direction = turnedCallBack(reportedDirection(row), row.source ?? null);
  const hasTalked = (row.talk_duration ?? 0) > 0;
  const last = hasTalked ? employeeOf(row.last_talked_employee_id) : null;
  return {
    schema_version: 1,
    account_id: cabinet.accountId,
    source: 'uis',
    source_instance: cabinet.instance,
    type: 'call.ended',
    call_id: row.id,
    occurred_at: finishedAt.at,
    occurred_at_quality: finishedAt.quality,
    direction,
    client: { raw: bounded(row.contact_phone_number ?? null, 200) },
    virtual_number: row.virtual_phone_number == null ? null : { raw: bounded(row.virtual_phone_number, 200) },
    employee: hasTalked || direction !== 'out' ? last : callerOf(row),
    first_talked_employee: hasTalked ? employeeOf(row.first_talked_employee_id) : null,
    last_talked_employee: last,
    participants: row.employees?.slice(0, 500).map((employee) => ({
      employee: { pbx_id: employee.employee_id },
      rang: true,
      answered: employee.is_answered ?? null,
      talked: employee.is_talked ?? null,
    })),
    wait_sec: row.wait_duration,
    talk_sec: row.talk_duration,
    total_sec: row.total_duration,
    is_transfer: row.is_transfer,
    call_source: bounded(row.source ?? null, 500),
    external_id: bounded(row.call_api_external_id ?? null, 500),
    finish_reason: bounded(row.finish_reason ?? null, 500),
    ...(row.is_lost === true && { outcome: direction === 'out' ? ('not_reached' as const) : ('missed' as const) }),
  };
}

/** `0` is nobody. */
function employeeOf(employeeId: string | null | undefined): { pbx_id: string } | null {
  return employeeId == null || employeeId === '0' ? null : { pbx_id: employeeId };
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

/** As the Data API writes and wants times. */
function localTime(ms: number, { timeZone }: Cabinet): string {
  return DateTime.fromMillis(ms, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm:ss');
}
