import { describe, expect, it } from '@jest/globals';
import { type CallEvent } from '@perezvon/contracts';
import { canonicalise } from '../canonical/canonicalise.js';
import { itoolabsPush } from './itoolabs-adapter.js';

const now = Date.parse('2025-03-04T09:13:30.000Z');
const cabinet = { accountId: 'acc-17', instance: null, timeZone: 'Europe/Moscow' };

/** `cmd=event` as §1.2 lists it. */
const incoming = {
  cmd: 'event',
  type: 'INCOMING',
  callid: 'abc-1',
  phone: '79161234567',
  user: 'ivanov',
  direction: 'in',
  diversion: '74951112233',
  groupRealName: 'Отдел продаж',
  ext: '102',
  telnum: '79035550101',
};

/** `cmd=history` as §1.3 lists it. */
const history = {
  cmd: 'history',
  type: 'in',
  status: 'Success',
  callid: 'abc-1',
  phone: '79161234567',
  user: 'ivanov',
  ext: '102',
  telnum: '79035550101',
  groupRealName: 'Отдел продаж',
  diversion: '74951112233',
  start: '20250304T091224Z',
  wait: '11',
  duration: '23',
  link: 'https://vats.megafon.ru/records/abc-1.mp3',
};

type Fields = Readonly<Record<string, string | number | undefined>>;

function form(fields: Fields): Buffer {
  const given = Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return Buffer.from(new URLSearchParams(given).toString());
}

function eventsOf(body: Buffer): CallEvent[] {
  const translated = itoolabsPush.translate({ query: '', body }, cabinet);
  if ('rejected' in translated) throw new Error(translated.rejected.message);
  return translated.events.map((event) => {
    const result = canonicalise(event, {
      receivedAtMs: now,
      nowMs: now,
      knowsAccount: () => true,
      warnings: translated.warnings,
    });
    if (!('event' in result)) throw new Error(JSON.stringify(result.rejected));
    return result.event;
  });
}

const push = (fields: Fields): CallEvent[] => eventsOf(form(fields));
const endOf = (change: Fields): CallEvent | undefined => push({ ...history, ...change })[0];

describe('cmd=event', () => {
  it('INCOMING: the call has started and this employee rings', () => {
    const [started, ringing] = push(incoming);
    expect(started).toMatchObject({
      account_id: 'acc-17',
      source: 'itoolabs',
      type: 'call.started',
      call_id: 'abc-1',
      direction: 'in',
      occurred_at: null,
      occurred_at_quality: 'received',
      client: { e164: '+79161234567' },
      virtual_number: { e164: '+74951112233' },
    });
    expect(ringing).toMatchObject({
      type: 'leg.ringing',
      employee: { login: 'ivanov', ext: '102', phone: '79035550101' },
      group: { name: 'Отдел продаж' },
    });
  });

  it('a group rings: one start, and a leg for each that is no duplicate of its neighbour’s', () => {
    const pushes = ['ivanov', 'petrova', 'sidorov'].flatMap((user) => push({ ...incoming, user }));
    const ids = (type: string) => new Set(pushes.filter((e) => e.type === type).map((e) => e.event_id)).size;
    expect([ids('call.started'), ids('leg.ringing')]).toEqual([1, 3]);
  });

  it.each<[string, Fields, Partial<CallEvent>]>([
    ['ACCEPTED', { type: 'ACCEPTED' }, { type: 'leg.answered', direction: 'in' }],
    ['an ACCEPTED in lower case', { type: 'accepted' }, { type: 'leg.answered' }],
    ['ACCEPTED by the switch itself', { type: 'ACCEPTED', user: 'pbx' }, { type: 'leg.ringing', employee: null }],
    ['ACCEPTED of an outgoing call', { type: 'ACCEPTED', direction: 'out' }, { type: 'leg.ringing' }],
    ['CANCELLED, which a colleague may have caused', { type: 'CANCELLED' }, { type: 'leg.ended' }],
    ['COMPLETED', { type: 'COMPLETED' }, { type: 'leg.ended' }],
  ])('%s', (_, change, expected) => {
    expect(push({ ...incoming, ...change })).toMatchObject([expected]);
  });

  it('OUTGOING: the call has started and the manager is on the line; nobody has answered yet', () => {
    const outgoing = { ...incoming, type: 'OUTGOING', direction: undefined, diversion: undefined };
    expect(push(outgoing)).toMatchObject([
      { type: 'call.started', direction: 'out', virtual_number: null },
      { type: 'leg.ringing', direction: 'out', employee: { login: 'ivanov' } },
    ]);
  });

  it('TRANSFERRED announces the second leg’s id', () => {
    expect(push({ ...incoming, type: 'TRANSFERRED', second_callid: 'abc-2' })).toMatchObject([
      { type: 'call.transferred', call_id: 'abc-1', linked_call_ids: ['abc-2'] },
    ]);
  });

  it.each(['internal', 'inner'])('direction %s is an internal call', (direction) => {
    expect(push({ ...incoming, direction })).toMatchObject([{ direction: 'internal' }, { direction: 'internal' }]);
  });

  it('a login with its tenant is the same person', () => {
    const [, leg] = push({ ...incoming, user: 'ivanov@romashka.megapbx.ru' });
    expect(leg?.event_id).toBe(push(incoming)[1]?.event_id);
  });

  it('a department that rings is a group, not an employee', () => {
    const [, ringing] = push({ ...incoming, user: 'g_0192f0c1' });
    expect(ringing).toMatchObject({ employee: null, group: { id: 'g_0192f0c1', name: 'Отдел продаж' } });
  });
});

describe('cmd=history', () => {
  it('is the end of the call and, with a link, its recording', () => {
    const [end, record] = push(history);
    expect(end).toMatchObject({
      type: 'call.ended',
      direction: 'in',
      occurred_at: '2025-03-04T09:12:47.000Z',
      occurred_at_quality: 'pbx_utc',
      employee: { login: 'ivanov' },
      wait_sec: 11,
      talk_sec: null,
      total_sec: 23,
      outcome: 'answered',
    });
    expect(record).toMatchObject({ type: 'call.record_ready', record: { url: history.link } });
    expect(push({ ...history, link: undefined })).toHaveLength(1);
  });

  it.each(['Success', 'success', 'SUCCESS'])('%s is an answer', (status) => {
    expect(endOf({ status })).toMatchObject({ outcome: 'answered', employee: { login: 'ivanov' } });
  });

  it.each(['MISSED', 'missed', 'Missed'])('%s is a missed call of nobody, and tells who rang', (status) => {
    expect(endOf({ status })).toMatchObject({
      outcome: 'missed',
      employee: null,
      participants: [{ employee: { login: 'ivanov' }, rang: true }],
    });
  });

  it.each<[string, Partial<CallEvent>]>([
    ['Cancel', { outcome_detail: 'cancelled' }],
    ['Busy', { outcome_detail: 'busy' }],
    ['NotAvailable', { outcome_detail: 'no_answer' }],
    ['NotAllowed', { outcome_detail: 'not_allowed' }],
    ['NotFound', { outcome_detail: 'invalid_number' }],
    ['not_found', { outcome_detail: 'invalid_number' }],
    ['noanswer', { outcome_detail: 'no_answer' }],
    ['missed', { outcome_detail: null }],
  ])('an outgoing %s was not reached, and who called is kept', (status, expected) => {
    expect(endOf({ status, type: 'out', diversion: undefined })).toMatchObject({
      ...expected,
      outcome: 'not_reached',
      employee: { login: 'ivanov' },
    });
  });

  it.each(['pbx', 'g_0192f0c1'])('Success with user = %s: a machine picked up, so nobody answered', (user) => {
    expect(endOf({ user })).toMatchObject({ outcome: 'missed', employee: null });
  });

  it('an incoming NotFound is our failure, not a wrong number of the client', () => {
    expect(endOf({ status: 'NotFound' })).toMatchObject({ outcome: 'missed', outcome_detail: 'technical' });
  });

  it('a status that nobody knows leaves the answer to what the legs told, and says so', () => {
    expect(endOf({ status: 'Levitated' })).toMatchObject({ talk_sec: null, warnings: ['unknown_status'] });
  });

  it.each([
    ['a time without its Z is UTC all the same', '20250304T091224'],
    ['ISO', '2025-03-04T09:12:24Z'],
    ['an offset that is written counts', '2025-03-04T12:12:24+03:00'],
  ])('%s', (_, start) => {
    expect(endOf({ start })?.occurred_at).toBe('2025-03-04T09:12:47.000Z');
  });

  it('a call whose time cannot be read is kept', () => {
    expect(endOf({ start: 'yesterday' })).toMatchObject({ occurred_at: null, occurred_at_quality: 'received' });
  });

  it('a link that is none is no recording, and does not cost the call', () => {
    expect(push({ ...history, link: 'file:///etc/passwd' })).toMatchObject([
      { type: 'call.ended', warnings: ['unreadable_record_link'] },
    ]);
  });
});

describe('cmd=contact', () => {
  it('is the first sign of a call', () => {
    const { cmd, phone, callid, diversion } = { ...incoming, cmd: 'contact' };
    const [started] = push({ cmd, phone, callid, diversion });
    expect(started?.event_id).toBe(push(incoming)[0]?.event_id);
  });
});

describe('whatever else comes', () => {
  it('JSON says the same as a form, and an id of 64 bits is not rounded', () => {
    const callid = '9007199254740993';
    const json = Buffer.from(JSON.stringify(history).replace('"abc-1"', callid));
    expect(eventsOf(json)).toEqual(push({ ...history, callid }));
  });

  it('a rating is no event of the call, and no fault', () => {
    expect(push({ cmd: 'rating', callid: 'abc-1', phone: '79161234567', user: 'ivanov', rating: '5' })).toEqual([]);
  });

  it.each<[string, Fields]>([
    ['an unknown cmd', { ...incoming, cmd: 'levitate' }],
    ['an unknown event type', { ...incoming, type: 'EXPLODED' }],
    ['no callid', { ...incoming, callid: '' }],
    ['nothing', {}],
  ])('%s cannot be translated, and the reason names no value', (_, fields) => {
    const translated = itoolabsPush.translate({ query: '', body: form(fields) }, cabinet);
    expect(translated).toMatchObject({ rejected: { code: 'untranslatable', accountId: 'acc-17' } });
    expect(JSON.stringify(translated)).not.toContain('79161234567');
  });

  it('a hidden caller in each of its spellings has no number', () => {
    for (const phone of ['', 'anonymous', 'Anonymous', '<unknown>', '0']) {
      expect(push({ ...incoming, phone })[0]?.client.kind).toBe('hidden');
    }
  });

  it('the token stays out of the raw form', () => {
    expect(JSON.stringify(push({ ...history, crm_token: 's3cret' }))).not.toContain('s3cret');
  });
});
