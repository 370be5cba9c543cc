import { problemsOf } from '@perezvon/contracts';
import { z } from 'zod';
import { type PullAdapter, type PulledCall } from '../pull/pull-adapter.js';
import { unreadableRow } from '../pull/unreadable-row.js';
import { PullError } from '../pull/vendor-api.js';
import { type Cabinet } from '../adapters/push-adapter.js';
import { wholeSeconds } from '../adapters/raw-values.js';
import { translateCommand } from './itoolabs-adapter.js';
import { utcTime } from './utc-time.js';

const text = z.union([z.string(), z.number().transform(String)]).nullish();

/** One row of the history list (reference/pbx-events.md §1.6); everything but the id may be absent. */
const row = z.object({
  uid: z.union([z.string().min(1), z.number().transform(String)]),
  type: text,
  status: text,
  client: text,
  diversion: text,
  destination: text,
  user: text,
  group_name: text,
  start: text,
  wait: text,
  duration: text,
  record: text,
});

/** Destinations that are machines: whoever stands in `user` then did not talk (§1.7). */
const MACHINES = new Set(['ivr', 'onduty', 'offtime', 'hello', 'vm', 'am']);

/**
 * `GET /crmapi/v1/history/json`. That its `uid` is the `callid` of the pushes is read from the document's words, not from
 * a capture (UNVERIFIED); if it were not, a pulled call would be a call of its own.
 */
export const itoolabsHistory: PullAdapter = {
  vendorDomains: ['megapbx.ru', 'vats.megafon.ru', 'itoolabs.com'],

  async finishedCalls(api, { fromMs, toMs }, cabinet) {
    const query = new URLSearchParams({ start: compact(fromMs), end: compact(toMs), type: 'all' });
    const answer = await api.ask(`/crmapi/v1/history/json?${query.toString()}`, {
      headers: { 'x-api-key': api.token, 'accept': 'application/json' },
    });
    const rows = z.array(z.unknown()).safeParse(answer);
    if (!rows.success) throw new PullError('unreadable', 'the history is not a list');
    return rows.data.map((each) => readRow(each, cabinet));
  },

  readRow,
};

/** As the `history` command that should have come, so that a pull and a push cannot differ. */
function readRow(given: unknown, cabinet: Cabinet): PulledCall {
  const read = row.safeParse(given);
  if (!read.success) return unreadableRow(given, null, problemsOf(read.error), cabinet);
  const { uid, start, duration, destination, ...rest } = read.data;
  const startedAt = utcTime(start ?? null);
  if (startedAt === null) return unreadableRow(given, null, [{ path: 'start', message: 'must be a time' }], cabinet);
  const command = new Map<string, string>();
  const put = (name: string, value: string | null | undefined): void => {
    if (value != null && value !== '') command.set(name, value);
  };
  put('cmd', 'history');
  put('callid', uid);
  put('type', rest.type);
  put('status', rest.status);
  put('phone', rest.client);
  put('diversion', rest.diversion);
  put('user', MACHINES.has(destination ?? '') ? 'pbx' : rest.user);
  put('grouprealname', rest.group_name);
  put('start', start);
  put('wait', rest.wait);
  put('duration', duration);
  put('link', rest.record);
  const finishedAtMs = Date.parse(startedAt) + (wholeSeconds(duration ?? '') ?? 0) * 1000;
  return { row: given, finishedAtMs, translated: translateCommand(command, cabinet) };
}

/** `20250304T091247Z`. */
function compact(ms: number): string {
  return `${new Date(ms).toISOString().replaceAll(/[-:]|\.\d+Z$/g, '')}Z`;
}
