import { DateTime } from 'luxon';
import { z } from 'zod';
import { type Cabinet } from '../adapters/push-adapter.js';
import { type PullAdapter, type PulledCall, type PullWindow } from '../pull/pull-adapter.js';
import { PullError, type VendorApi } from '../pull/vendor-api.js';
import { readSession, SESSION_FIELDS } from './report-session.js';

const PAGE = 1_000;

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
      calls.push(...rows.flatMap((row) => readSession(row, cabinet) ?? []));
      if (rows.length < PAGE) return calls;
    }
  },

  readRow: readSession,
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
      fields: SESSION_FIELDS,
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

/** As the Data API writes and wants times. */
function localTime(ms: number, { timeZone }: Cabinet): string {
  return DateTime.fromMillis(ms, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm:ss');
}
