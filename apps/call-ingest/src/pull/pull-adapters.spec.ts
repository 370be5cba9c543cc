import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CallEvent } from '@perezvon/contracts';
import { canonicalise } from '../canonical/canonicalise.js';
import { itoolabsHistory } from '../itoolabs/itoolabs-history.js';
import { itoolabsPush } from '../itoolabs/itoolabs-adapter.js';
import { startVendorStandIn, type VendorStandIn } from '../spec/vendor-stand-in.js';
import { uisPush } from '../uis/uis-adapter.js';
import { uisReport } from '../uis/uis-report.js';
import { type Translated } from '../adapters/push-adapter.js';
import { type PullAdapter, type PulledCall } from './pull-adapter.js';
import { allowedOrigin, VendorApi } from './vendor-api.js';

const cabinet = { accountId: 'acc-17', instance: null, timeZone: 'Europe/Moscow' };
const nowMs = Date.parse('2025-03-04T10:00:00.000Z');
const window = { fromMs: Date.parse('2025-03-03T09:00:00.000Z'), toMs: nowMs };

let vendor: VendorStandIn;

beforeEach(async () => {
  vendor = await startVendorStandIn();
});

afterEach(async () => {
  await vendor.stop();
});

function pull(adapter: PullAdapter): Promise<readonly PulledCall[]> {
  const api = new VendorApi(new URL(vendor.url), 'vendor-canary-token', AbortSignal.timeout(60_000));
  return adapter.finishedCalls(api, window, cabinet);
}

function events(translated: Translated | undefined): CallEvent[] {
  if (translated === undefined || 'rejected' in translated) throw new Error('nothing was translated');
  return translated.events.map((event) => {
    const result = canonicalise(event, { receivedAtMs: nowMs, nowMs, knowsAccount: () => true, origin: 'pull' });
    if (!('event' in result)) throw new Error(result.rejected.message);
    return result.event;
  });
}

const ids = (all: readonly CallEvent[]) => all.map((e) => `${e.type} ${e.event_id} ${e.content_hash}`);

const push = (adapter: typeof uisPush, fields: Record<string, string>): string[] =>
  ids(events(adapter.translate({ query: '', body: Buffer.from(new URLSearchParams(fields).toString()) }, cabinet)));

/** A row of `get.calls_report` as the vendor's reference lists its fields. */
const session = {
  id: 1002003004,
  start_time: '2025-03-04 12:12:24',
  finish_time: '2025-03-04 12:12:47',
  direction: 'in',
  source: 'va',
  is_lost: false,
  is_transfer: false,
  finish_reason: 'operator_disconnects',
  wait_duration: 11,
  talk_duration: 12,
  total_duration: 23,
  contact_phone_number: '79161234567',
  virtual_phone_number: '74951112233',
  last_talked_employee_id: 40017,
  employees: [
    { employee_id: 40016, is_answered: false, is_talked: false },
    { employee_id: 40017, is_answered: true, is_talked: true },
  ],
  full_record_file_link: 'https://media.cp.megafon.ru/full/1.mp3',
  call_api_external_id: null,
};

const report = (rows: readonly unknown[]) => ({ body: { jsonrpc: '2.0', id: 0, result: { data: rows } } });

describe('the UIS report', () => {
  it('is asked by start, in the cabinet’s time, with the token in the body', async () => {
    vendor.answer = () => report([]);
    await pull(uisReport);
    expect(vendor.requests).toMatchObject([
      {
        method: 'POST',
        path: '/v2.0',
        body: {
          method: 'get.calls_report',
          params: {
            access_token: 'vendor-canary-token',
            date_from: '2025-03-03 12:00:00',
            date_till: '2025-03-04 13:00:00',
          },
        },
      },
    ]);
  });

  it('gives a session the ids that its «Завершение звонка» has', async () => {
    vendor.answer = () => report([session]);
    const [call] = await pull(uisReport);
    const pulled = events(call?.translated);
    expect(pulled[0]).toMatchObject({
      origin: 'pull',
      outcome: 'answered',
      occurred_at: '2025-03-04T09:12:47.000Z',
      talk_sec: 12,
      participants: [{ talked: false }, { talked: true }],
    });
    expect(pulled[1]).toMatchObject({ type: 'call.record_ready', record: { full: true } });
    expect(ids(pulled).slice(0, 1)).toEqual(
      push(uisPush, {
        notification_name: 'Завершение звонка',
        call_session_id: '1002003004',
        contact_phone_number: '+79161234567',
        virtual_phone_number: '74951112233',
        direction: 'in',
        talk_time_duration: '12',
        employee_id: '40017',
      }),
    );
  });

  it('took its list of employees for the order in which they talked: the report names the first and the last', async () => {
    const talked = (employee_id: number) => ({ employee_id, is_answered: true, is_talked: true });
    const transferred = { ...session, is_transfer: true, employees: [talked(40017), talked(40018)] };
    vendor.answer = () => report([{ ...transferred, first_talked_employee_id: 40018 }, transferred]);
    const [named, unnamed] = (await pull(uisReport)).map(({ translated }) => events(translated)[0]);
    expect(vendor.requests[0]?.body).toMatchObject({
      params: { fields: expect.arrayContaining(['first_talked_employee_id', 'last_talked_employee_id']) as unknown },
    });
    expect(named).toMatchObject({
      employee: { pbx_id: '40017' },
      first_talked_employee: { pbx_id: '40018' },
      last_talked_employee: { pbx_id: '40017' },
    });
    expect(unnamed).toMatchObject({ first_talked_employee: null, last_talked_employee: { pbx_id: '40017' } });
  });

  describe('of a talk without an employee', () => {
    const forwarded = { ...session, last_talked_employee_id: null, employees: [], is_lost: false };
    const told = async (row: object): Promise<CallEvent | undefined> => {
      vendor.answer = () => report([row]);
      const [call] = await pull(uisReport);
      return events(call?.translated)[0];
    };

    it('made a missed call of one that was forwarded: it tells the outside number that talked (R4)', async () => {
      const row = { ...forwarded, operator_phone_number: '79031112233' };
      expect(await told(row)).toMatchObject({
        outcome: 'answered',
        employee: null,
        target_number: { e164: '+79031112233' },
      });
      expect(vendor.requests[0]?.body).toMatchObject({
        params: { fields: expect.arrayContaining(['operator_phone_number']) as unknown },
      });
    });

    it.each([
      ['who talked', {}],
      ['more than our own number', { operator_phone_number: '84951112233' }],
      ['more than an extension', { operator_phone_number: '101' }],
      ['whether anybody talked', { talk_duration: null, finish_reason: null }],
      ['who called', { direction: 'out' }],
      ['more than employee 0', { last_talked_employee_id: 0, employees: [{ employee_id: 0, is_talked: true }] }],
    ])('overruled what a push knew where it does not tell %s: it is a hint', async (_, change) => {
      const hint = await told({ ...forwarded, ...change });
      expect(hint).toMatchObject({ type: 'call.ended', outcome_detail: 'inferred' });
      expect(hint?.outcome).not.toBe('answered');
    });

    it.each([
      ['was lost', { is_lost: true }, { outcome: 'missed' }],
      ['had no talk', { talk_duration: 0 }, { outcome: 'missed' }],
      ['was ended by its reason', { talk_duration: null, finish_reason: 'operator_busy' }, { outcome_detail: 'busy' }],
      ['an employee had, unmeasured', { talk_duration: null, employees: session.employees }, { outcome: 'answered' }],
    ])('is the record where it says that the call %s', async (_, change, expected) => {
      const record = await told({ ...forwarded, ...change });
      expect(record).toMatchObject(expected);
      expect(record?.outcome_detail).not.toBe('inferred');
    });
  });

  it('knows a missed call, a call-back and a 64-bit id', async () => {
    const missed = { ...session, talk_duration: 0, is_lost: true, full_record_file_link: null };
    const callBack = { ...session, source: 'callapi_employee_call', id: 7 };
    const text = JSON.stringify({ result: { data: [missed, callBack] } }).replace('1002003004', '9007199254740993');
    vendor.answer = () => ({ body: text });
    const [first, second] = await pull(uisReport);
    expect(events(first?.translated)).toMatchObject([
      { call_id: '9007199254740993', outcome: 'missed', employee: null },
    ]);
    expect(events(second?.translated)[0]).toMatchObject({ direction: 'out', outcome: 'answered' });
  });

  it('reads page after page, and leaves out what still goes on', async () => {
    const many = Array.from({ length: 1_000 }, (_, i) => ({ ...session, id: i + 1 }));
    const rest = [
      { ...session, id: 2_000 },
      { ...session, id: 2_001, finish_time: null },
    ];
    vendor.answer = ({ body }) => report((body as { params: { offset: number } }).params.offset === 0 ? many : rest);
    expect(await pull(uisReport)).toHaveLength(1_001);
  });

  it.each([
    ['numbers as text', { talk_duration: '12', total_duration: '0:23', contact_phone_number: 79161234567 }],
    ['fractions of seconds', { talk_duration: 12.4, wait_duration: 11.2, total_duration: 22.6 }],
    ['flags as text and figures', { is_lost: 'false', is_transfer: 0 }],
    ['empty text for nothing', { is_transfer: '', first_talked_employee_id: '', full_record_file_link: '' }],
  ])('lost a call without a word for %s', async (_, change) => {
    vendor.answer = () => report([{ ...session, ...change }, session]);
    const [odd, plain] = await pull(uisReport);
    const { virtual_number, talk_sec, total_sec, wait_sec, is_transfer } = events(plain?.translated)[0] ?? {};
    expect(events(odd?.translated)[0]).toMatchObject({ virtual_number, talk_sec, total_sec, wait_sec });
    expect(events(odd?.translated)[0]?.is_transfer ?? false).toBe(is_transfer);
    expect(ids(events(odd?.translated)).slice(0, 1)).toEqual(ids(events(plain?.translated)).slice(0, 1));
  });

  it.each([
    ['a duration that is none', { talk_duration: -3 }, 'talk_duration'],
    ['a flag that is none', { is_lost: 'maybe' }, 'is_lost'],
    ['no id', { id: null }, 'id'],
    ['a finish that is no time', { finish_time: 'вчера' }, 'finish_time'],
    ['employees that are no list', { employees: 40017 }, 'employees'],
  ])('says what it could not read of a row with %s, by its path and without a value', async (_, change, path) => {
    vendor.answer = () => report([{ ...session, ...change }]);
    const [call] = await pull(uisReport);
    expect(call?.translated).toMatchObject({
      rejected: { code: 'untranslatable', accountId: 'acc-17', errors: [{ path }] },
    });
    expect(JSON.stringify(call?.translated)).not.toContain('79161234567');
    expect(call?.finishedAtMs).toBe(path === 'finish_time' ? null : Date.parse('2025-03-04T09:12:47.000Z'));
  });

  it('names the vendor’s reason for a refusal, and not the token', async () => {
    vendor.answer = () => ({ body: { error: { code: -32001, data: { mnemonic: 'access_token_expired' } } } });
    await expect(pull(uisReport)).rejects.toMatchObject({
      code: 'refused',
      message: 'the report was refused: access_token_expired',
    });
  });
});

/** A row of the history list as §1.6 names its fields. */
const row = {
  uid: 'abc-1',
  type: 'in',
  status: 'success',
  client: '79161234567',
  diversion: '74951112233',
  destination: 'user',
  user: 'ivanov',
  group_name: 'Отдел продаж',
  start: '2025-03-04T09:12:24Z',
  wait: 11,
  duration: 23,
  record: 'https://vats.megafon.ru/records/abc-1.mp3',
};

describe('the ITooLabs history', () => {
  it('is asked in UTC, with the key in a header', async () => {
    await pull(itoolabsHistory);
    const [request] = vendor.requests;
    expect(request).toMatchObject({ method: 'GET', path: '/crmapi/v1/history/json' });
    expect(request?.headers['x-api-key']).toBe('vendor-canary-token');
    expect(request?.query.get('start')).toBe('20250303T090000Z');
    expect(request?.query.get('end')).toBe('20250304T100000Z');
  });

  it('gives a row the ids that its `history` command has, the recording’s too', async () => {
    vendor.answer = () => ({ body: [row] });
    const [call] = await pull(itoolabsHistory);
    expect(call).toMatchObject({ finishedAtMs: Date.parse('2025-03-04T09:12:47.000Z') });
    const history = { cmd: 'history', callid: 'abc-1', type: 'in', status: 'Success', phone: '79161234567' };
    const rest = {
      user: 'ivanov',
      diversion: '74951112233',
      start: '20250304T091224Z',
      duration: '23',
      link: row.record,
    };
    expect(ids(events(call?.translated))).toEqual(push(itoolabsPush, { ...history, ...rest }));
  });

  it('takes nobody for an answer where a machine picked up', async () => {
    vendor.answer = () => ({ body: [{ ...row, destination: 'vm' }] });
    const [call] = await pull(itoolabsHistory);
    expect(events(call?.translated)[0]).toMatchObject({ outcome: 'missed', employee: null });
  });

  it('lost a call without a word whose row cannot be read', async () => {
    vendor.answer = () => ({
      body: [{ uid: 'no-start' }, { ...row, start: 'вчера' }, null, { ...row, duration: 'долго' }],
    });
    const calls = await pull(itoolabsHistory);
    expect(calls.map(({ translated }) => 'rejected' in translated && translated.rejected.code)).toEqual([
      'untranslatable',
      'untranslatable',
      'untranslatable',
      false,
    ]);
    expect(calls[3]).toMatchObject({ finishedAtMs: Date.parse(row.start) });
  });
});

describe('asking a vendor', () => {
  it.each([
    ['an error', { status: 500, body: {} }, 'refused'],
    ['a redirect, which would carry the token away', { status: 302, body: '' }, 'unreachable'],
    ['what is not JSON', { body: '<html>' }, 'unreadable'],
    ['another shape', { body: { rows: [] } }, 'unreadable'],
  ])('fails on %s', async (_, answer, code) => {
    vendor.answer = () => answer;
    await expect(pull(itoolabsHistory)).rejects.toMatchObject({ code });
  });

  it.each([
    ['the vendor’s host', 'https://dataapi.uiscom.ru/v2.0', 'https://dataapi.uiscom.ru'],
    ['an origin of the environment', 'http://127.0.0.1:3020/x', 'http://127.0.0.1:3020'],
  ])('may reach %s', (_, url, origin) => {
    expect(allowedOrigin(url, ['uiscom.ru'], ['http://127.0.0.1:3020']).origin).toBe(origin);
  });

  it.each([
    'http://dataapi.uiscom.ru',
    'https://dataapi.uiscom.ru:8443',
    'https://uiscom.ru.evil.example',
    'https://eviluiscom.ru',
    'https://169.254.169.254/latest',
    'http://127.0.0.1:3021',
    'not an address',
  ])('never reaches %s', (url) => {
    const reach = () => allowedOrigin(url, ['uiscom.ru'], ['http://127.0.0.1:3020']);
    expect(reach).toThrow(expect.objectContaining({ code: 'origin_not_allowed' }));
  });
});
